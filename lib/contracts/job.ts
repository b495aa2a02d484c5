import { z } from 'zod'
import { numbers, numbersOrNull, texts } from './fields'
import { budgetSchema, emptyMeter, meterSchema } from './meter'
import { plainObjectSchema } from './plain-object'

export const JOB_STATES = [
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof JOB_STATES)[number]

/** What a user can ask of a job. */
export const JOB_ACTIONS = ['cancel', 'pause', 'resume', 'retry'] as const
export type JobAction = (typeof JOB_ACTIONS)[number]

/**
 * Why a job paused by itself. It goes on by itself when a backend that is down answers again and when a full disk has
 * room; a used-up budget, another model and replies that cannot be believed need a person.
 */
export const HOLD_REASONS = [
  'budget',
  'backend_down',
  'model_changed',
  'bad_replies',
  'disk_full',
] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

export const jobHoldSchema = z.object({
  reason: z.enum(HOLD_REASONS),
  /** The backend that the job waits for, where it waits for one. */
  backendId: z.string().nullable(),
  since: z.number(),
})
export type JobHold = z.infer<typeof jobHoldSchema>

/** What a running job says of itself, rewritten at every commit. */
export const jobProgressSchema = z.object({
  ...numbers('done', 'total'),
  unit: z.string(),
  /** Work named in words: "Scoring code, round 2". */
  phase: z.string(),
  /** Units a second over the last minute; null before it is known. */
  ratePerSecond: z.number().nullable(),
  etaMs: z.number().nullable(),
  failed: z.number(),
  /** Status name -> rows, with one example each. */
  reasons: z.record(z.string(), z.object({ count: z.number(), example: z.string() })),
  /** What backends did for the job, over all its attempts. */
  meter: meterSchema,
  /** What that cost; null where no price is known. */
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** Tokens a second over the last minute; null before it is known. */
  tokensPerSecond: z.number().nullable(),
  /** Requests at a backend now, and requests that wait for a place there. */
  inFlight: z.number(),
  waiting: z.number(),
  /** Failed requests by reason (they were sent again, or became rows without a value), with one example each. */
  requestErrors: z.record(z.string(), z.object({ count: z.number(), example: z.string() })),
  /** Milliseconds of running, over all attempts. */
  activeMs: z.number(),
  /** Deaths of the worker during this job since it last got on, and how far it had come; null when there was none. */
  crashes: z
    .object({
      /** Without a row done or a request answered in between. */
      stuck: z.number(),
      /** Without a row done in between. */
      idle: z.number(),
      ...numbers('done', 'requests'),
    })
    .nullable(),
})
export type JobProgress = z.infer<typeof jobProgressSchema>

/** Returns the progress of a job that has not begun. */
export function emptyProgress(unit = 'rows'): JobProgress {
  return {
    done: 0,
    total: 0,
    unit,
    phase: 'Waiting',
    ratePerSecond: null,
    etaMs: null,
    failed: 0,
    reasons: {},
    meter: emptyMeter(),
    cost: null,
    tokensPerSecond: null,
    inFlight: 0,
    waiting: 0,
    requestErrors: {},
    activeMs: 0,
    crashes: null,
  }
}

/** Progress as it is stored: jobs from before a part existed lack that part. */
export const storedProgressSchema = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { done: _d, total: _t, unit: _u, phase: _p, failed: _f, ...later } = emptyProgress()
  const stored = value as Partial<JobProgress>
  return { ...later, ...stored, meter: { ...later.meter, ...stored.meter } }
}, jobProgressSchema)

export const jobSchema = z.object({
  ...texts('id', 'kind', 'title'),
  studyId: z.string().nullable(),
  state: z.enum(JOB_STATES),
  request: z.enum(['cancel', 'pause']).nullable(),
  attempts: z.number(),
  /** What the job may use up before it pauses; null = no limit. */
  budget: budgetSchema.nullable(),
  progress: jobProgressSchema,
  /** Set while the job is paused for a reason of its own; its words are in `error`. Null for a pause by a person. */
  hold: jobHoldSchema.nullable(),
  /** Why the job failed, waits to be tried again, or paused by itself. */
  error: z.string().nullable(),
  errorCode: z.string().nullable(),
  result: plainObjectSchema.nullable(),
  createdAt: z.number(),
  ...numbersOrNull('startedAt', 'finishedAt'),
  /** Whether "retry failed rows" has anything to do. */
  retryable: z.boolean(),
})
export type Job = z.infer<typeof jobSchema>

export const jobEventSchema = z.object({
  at: z.number(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
})
export type JobEvent = z.infer<typeof jobEventSchema>
