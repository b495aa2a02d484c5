import { z } from 'zod'
import { numbers, numbersOrNull, texts, textsOrNull } from './fields'
import { LIMITS, nameSchema, namesSchema, settingsSchema } from './limits'
import { budgetSchema, meterSchema } from './meter'
import { rowSetSchema } from './run'

/** A parameter of a metric as a form field; drawn from its zod schema. */
export const paramInfoSchema = z.object({
  name: z.string(),
  type: z.enum(['string', 'text', 'number', 'boolean', 'enum']),
  options: z.array(z.string()).nullable(),
  default: z.unknown(),
  description: z.string(),
  /** Id of the prompt whose stored versions fill this field (and those that belong to it). */
  prompt: z.string().optional(),
  /** What of a study the text names, so that a form offers those that are there. */
  names: z.enum(['evolver', 'responses']).optional(),
})
export type ParamInfo = z.infer<typeof paramInfoSchema>

export const metricInfoSchema = z.object({
  id: z.string(),
  kind: z.enum(['measured', 'derived', 'imported']),
  version: z.number(),
  ...texts('label', 'description', 'formula', 'source'),
  needs: z.array(z.string()),
  params: z.array(paramInfoSchema),
  /** Derived metrics: the measured metric that feeds them; null when the texts do. */
  from: z.string().nullable(),
  /** Computed only when asked for by name; never counted as missing. */
  onDemand: z.boolean(),
  /** Measures of a set: one number for each cell, none for a row. */
  ofSet: z.boolean(),
})
export type MetricInfo = z.infer<typeof metricInfoSchema>

export const computeRequestSchema = z.object({
  metrics: z
    .array(z.object({ metric: nameSchema, params: settingsSchema.default({}) }))
    .max(LIMITS.list),
  /** Capability-wise choice: metric id -> backend id; absent = first built-in backend that can do it. */
  backends: z.record(nameSchema, nameSchema).default({}),
  rowSet: rowSetSchema.default({ kind: 'all' }),
  /** Restrict to these cells; empty = every cell of the study. */
  cellIds: namesSchema.default([]),
  /** What each job may use up before it pauses; null = no limit. */
  budget: budgetSchema.nullable().optional(),
})
export type ComputeRequest = z.infer<typeof computeRequestSchema>

/** What a run would cost, measured on a few rows. Times are an interval. */
export const dryRunSchema = z.object({
  metric: z.string(),
  ...textsOrNull('backendId', 'backendLabel'),
  ...numbers('rows', 'rowsDone'),
  /** Rows that were really computed, to measure speed and lengths of replies. */
  sampleRows: z.number(),
  /** Rows whose requests were counted without sending them. */
  countedRows: z.number(),
  /** What is still to be sent, in requests and tokens, and how many answers the cache has. */
  meter: meterSchema,
  ...numbers('secondsLow', 'secondsHigh'),
  /** What the time assumes, where it depends on more than the backend; null otherwise. */
  note: z.string().nullable(),
  /** Null when no price is known. */
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** Set when the metric cannot run: what is missing and how to get it. */
  blocked: z.string().nullable(),
})
export type DryRun = z.infer<typeof dryRunSchema>

export const modelInfoSchema = z.object({
  ...texts('id', 'label', 'licence', 'purpose'),
  sizeBytes: z.number(),
  state: z.enum(['ready', 'missing', 'fetching', 'failed']),
  path: z.string().nullable(),
  reasons: z.array(z.string()),
  remedy: z.string().nullable(),
})
export type ModelInfo = z.infer<typeof modelInfoSchema>

export const systemInfoSchema = z.object({
  ...texts('version', 'node', 'platform'),
  worker: z.object({
    /** The page came up a moment ago and its worker is still starting. */
    isStarting: z.boolean(),
    alive: z.boolean(),
    ...numbersOrNull('heartbeatAt', 'pid'),
  }),
  /** How far worker and engines stand back for other programs: 0 not at all, 19 most. */
  niceness: z.number(),
  ...texts('dataDir', 'cacheDir'),
  activeJobs: z.number(),
})
export type SystemInfo = z.infer<typeof systemInfoSchema>
