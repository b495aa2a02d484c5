import { z } from 'zod'

export const JOB_STATES = [
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof JOB_STATES)[number]

/** What a running job says of itself, rewritten at every commit. */
export const jobProgressSchema = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** Work named in words: "Scoring code, round 2". */
  phase: z.string(),
  /** Units a second over the last minute; null before it is known. */
  ratePerSecond: z.number().nullable(),
  etaMs: z.number().nullable(),
  failed: z.number(),
  /** Status name -> rows, with one example each. */
  reasons: z.record(z.string(), z.object({ count: z.number(), example: z.string() })),
  tokens: z.number(),
  cached: z.number(),
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
    tokens: 0,
    cached: 0,
  }
}

export const jobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  studyId: z.string().nullable(),
  state: z.enum(JOB_STATES),
  request: z.enum(['cancel', 'pause']).nullable(),
  attempts: z.number(),
  progress: jobProgressSchema,
  error: z.string().nullable(),
  errorCode: z.string().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
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
