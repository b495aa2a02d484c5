import { z } from 'zod'
import { rowSetSchema } from './run'

/** A parameter of a metric as a form field; drawn from its zod schema. */
export const paramInfoSchema = z.object({
  name: z.string(),
  type: z.enum(['string', 'text', 'number', 'boolean', 'enum']),
  options: z.array(z.string()).nullable(),
  default: z.unknown(),
  description: z.string(),
})
export type ParamInfo = z.infer<typeof paramInfoSchema>

export const metricInfoSchema = z.object({
  id: z.string(),
  kind: z.enum(['measured', 'derived']),
  version: z.number(),
  label: z.string(),
  description: z.string(),
  formula: z.string(),
  source: z.string(),
  needs: z.array(z.string()),
  params: z.array(paramInfoSchema),
  /** Derived metrics: the measured metric that feeds them. */
  from: z.string().nullable(),
})
export type MetricInfo = z.infer<typeof metricInfoSchema>

export const computeRequestSchema = z.object({
  metrics: z.array(
    z.object({ metric: z.string(), params: z.record(z.string(), z.unknown()).default({}) }),
  ),
  /** Capability-wise choice: metric id -> backend id; absent = first built-in backend that can do it. */
  backends: z.record(z.string(), z.string()).default({}),
  rowSet: rowSetSchema.default({ kind: 'all' }),
  /** Restrict to these cells; empty = every cell of the study. */
  cellIds: z.array(z.string()).default([]),
})
export type ComputeRequest = z.infer<typeof computeRequestSchema>

/** What a run would cost, measured on a few rows. Times are an interval. */
export const dryRunSchema = z.object({
  metric: z.string(),
  backendId: z.string().nullable(),
  backendLabel: z.string().nullable(),
  rows: z.number(),
  rowsDone: z.number(),
  sampleRows: z.number(),
  tokens: z.number(),
  secondsLow: z.number(),
  secondsHigh: z.number(),
  /** In the backend's own currency; null when no price is known. */
  cost: z.number().nullable(),
  /** Set when the metric cannot run: what is missing and how to get it. */
  blocked: z.string().nullable(),
})
export type DryRun = z.infer<typeof dryRunSchema>

export const evolveRequestSchema = z.object({
  backendId: z.string(),
  /** Seed sets by key; empty = all. */
  seedSets: z.array(z.string()).default([]),
  armKey: z.string().regex(/^[a-z0-9-]{1,40}$/),
  armLabel: z.string().min(1).max(80),
  armClass: z.enum(['small', 'large', 'other']).default('other'),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(6)
    .default(3)
    .describe('Rounds of evolution after the seeds.'),
  breadth: z
    .boolean()
    .default(false)
    .describe('Adds the breadth operator to the rotation of the four depth operators.'),
  temperature: z.number().min(0).max(2).default(0).describe('0 decodes greedily.'),
  topP: z.number().min(0).max(1).default(0.95),
  seed: z.number().int().default(1).describe('Seed of sampling; the row number is added to it.'),
  maxTokens: z
    .number()
    .int()
    .min(16)
    .max(4096)
    .default(512)
    .describe('Longest evolved instruction, in tokens.'),
  responseMaxTokens: z
    .number()
    .int()
    .min(16)
    .max(4096)
    .default(512)
    .describe('Longest response, in tokens.'),
  responseBackendId: z
    .string()
    .nullable()
    .default(null)
    .describe('Writer of the responses; null = the evolver.'),
  respond: z
    .boolean()
    .default(true)
    .describe('Also writes a response for each evolved instruction.'),
})
export type EvolveRequest = z.infer<typeof evolveRequestSchema>

export const backendInfoSchema = z.object({
  id: z.string(),
  kind: z.string(),
  kindLabel: z.string(),
  label: z.string(),
  builtIn: z.boolean(),
  config: z.record(z.string(), z.unknown()),
  /** Capability -> state, from the last probe; null when never probed. */
  probe: z
    .object({
      capabilities: z.record(
        z.string(),
        z.object({ state: z.enum(['yes', 'no', 'unknown']), reason: z.string().optional() }),
      ),
      identity: z.record(z.string(), z.unknown()),
      models: z.array(z.string()),
      steps: z.array(z.object({ name: z.string(), state: z.string(), detail: z.string() })),
      latencyMs: z.number().nullable(),
    })
    .nullable(),
  probedAt: z.number().nullable(),
  /** Whether the environment variable that holds the key is set; null when none is named. */
  keyIsSet: z.boolean().nullable(),
})
export type BackendInfo = z.infer<typeof backendInfoSchema>

export const backendKindInfoSchema = z.object({
  id: z.string(),
  label: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  params: z.array(paramInfoSchema),
})
export type BackendKindInfo = z.infer<typeof backendKindInfoSchema>

export const modelInfoSchema = z.object({
  id: z.string(),
  label: z.string(),
  licence: z.string(),
  purpose: z.string(),
  sizeBytes: z.number(),
  state: z.enum(['ready', 'missing', 'fetching', 'failed']),
  path: z.string().nullable(),
  reasons: z.array(z.string()),
  remedy: z.string().nullable(),
})
export type ModelInfo = z.infer<typeof modelInfoSchema>

export const systemInfoSchema = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  worker: z.object({
    alive: z.boolean(),
    heartbeatAt: z.number().nullable(),
    pid: z.number().nullable(),
  }),
  dataDir: z.string(),
  cacheDir: z.string(),
  activeJobs: z.number(),
})
export type SystemInfo = z.infer<typeof systemInfoSchema>
