import { z } from 'zod'
import { numbers, texts } from './fields'
import { jobSchema } from './job'
import { planSchema } from './experiment-plan'

/** How an item came out of a stage: as asked, after mending its form, not at all, or left out by a rule. */
export const ITEM_STATUSES = ['ok', 'repaired', 'failed', 'dropped'] as const
export type ItemStatus = (typeof ITEM_STATUSES)[number]

/** What running a checking function on a case gave: as expected, otherwise, an error by its class, or stopped. */
const checkOutcomeSchema = z.union([
  z.enum(['pass', 'fail', 'timeout', 'killed']),
  z.templateLiteral(['error: ', z.string()]),
])
export type CheckOutcome = z.infer<typeof checkOutcomeSchema>

/** An input of a checking function and the value that it is expected to return. */
export const checkCaseSchema = z.tuple([
  z.string(),
  z.union([z.boolean(), z.number(), z.string(), z.null()]),
])
export type CheckCase = z.infer<typeof checkCaseSchema>

/** The pass matrix of one constraint: every function on every case, and which of both are kept. */
export const passMatrixSchema = z.object({
  constraint: z.string(),
  functions: z.array(z.object({ source: z.string(), accuracy: z.number(), kept: z.boolean() })),
  cases: z.array(z.object({ case: checkCaseSchema, kept: z.boolean() })),
  /** A line for each function, with an outcome for each case; empty where nothing was run. */
  outcomes: z.array(z.array(checkOutcomeSchema)),
})
export type PassMatrix = z.infer<typeof passMatrixSchema>

/** A prompt of an optimisation, with what it was revised from and how often it failed on the development set. */
export const promptVersionSchema = z.object({
  optimised: z.literal(true),
  template: z.string(),
  hash: z.string(),
  /** The prompt that was revised; null for the one to begin with. */
  from: z.string().nullable(),
  /** Rows of the development set that failed, and all; null where they were not counted. */
  failed: z.number().nullable(),
  of: z.number().nullable(),
  reasons: z.record(z.string(), z.number()),
})
export type PromptVersion = z.infer<typeof promptVersionSchema>

/** One reason in a funnel, with what it looks like. */
const funnelReasonSchema = z.object({
  status: z.enum(ITEM_STATUSES),
  reason: z.string(),
  count: z.number(),
  /** Keys and beginnings of raw replies. */
  examples: z.array(z.object({ key: z.string(), raw: z.string() })),
})

export const STAGE_STATES = ['waiting', 'ready', 'running', 'paused', 'failed', 'done'] as const
export type StageState = (typeof STAGE_STATES)[number]

/** A stage of one arm with its funnel. */
export const stageInfoSchema = z.object({
  /** Key of the arm; empty for a stage that all arms share. */
  ...texts('arm', 'stage', 'label', 'explains'),
  kind: z.enum(['ask', 'work', 'respond', 'measure']),
  after: z.array(z.string()),
  state: z.enum(STAGE_STATES),
  /** Why it waits, is paused or failed. */
  why: z.string().nullable(),
  /** Items that go in; null while that is not known. */
  total: z.number().nullable(),
  counts: z.object({ ...numbers('ok', 'repaired', 'failed', 'dropped') }),
  reasons: z.array(funnelReasonSchema),
  /** Whether failed items can be asked again. */
  isRetryable: z.boolean(),
  /** Ids of the files that it made. */
  cells: z.array(z.string()),
  jobId: z.string().nullable(),
  job: jobSchema.nullable(),
})
export type StageInfo = z.infer<typeof stageInfoSchema>

/** Rows of one seed file that an experiment evolves; null = all. */
export const chosenSeedsSchema = z.object({
  ...texts('setKey', 'cellId'),
  rows: z.array(z.number()).nullable(),
})
export type ChosenSeeds = z.infer<typeof chosenSeedsSchema>

export const experimentSummarySchema = z.object({
  ...texts('id', 'name', 'scenario', 'planHash'),
  ...numbers('createdAt', 'stages', 'stagesDone'),
  arms: z.array(z.object(texts('key', 'label'))),
})
export type ExperimentSummary = z.infer<typeof experimentSummarySchema>

export const experimentSchema = z.object({
  ...texts('id', 'name', 'planHash'),
  createdAt: z.number(),
  plan: planSchema,
  stages: z.array(stageInfoSchema),
})
export type Experiment = z.infer<typeof experimentSchema>

/** One item of a stage as it was answered. */
export const stageItemSchema = z.object({
  key: z.string(),
  position: z.number(),
  status: z.enum(ITEM_STATUSES),
  reason: z.string().nullable(),
  /** What the model replied, whole; null where no model was asked. */
  raw: z.string().nullable(),
  /** The error, where the request failed. */
  message: z.string().nullable(),
  finishReason: z.string().nullable(),
  attempt: z.number(),
  /** What the stage made of it, as plain data. */
  value: z.json(),
})
export type StageItem = z.infer<typeof stageItemSchema>

export const stageItemPageSchema = z.object({
  total: z.number(),
  items: z.array(stageItemSchema),
})
