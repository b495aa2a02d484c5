import { z } from 'zod'
import { JOB_ACTIONS, JOB_STATES, jobEventSchema, jobSchema } from '@/lib/contracts/job'
import { budgetSchema } from '@/lib/contracts/meter'
import { get, post } from './endpoint'

const state = z.enum(JOB_STATES)

/** Returns the call that starts one job and answers with it. */
export const startsJob = <
  const Path extends `/${string}`,
  const Rest extends { body?: z.ZodType } = Record<never, never>,
>(
  path: Path,
  rest?: Rest,
) => post(path, { ...(rest as Rest), reply: z.object({ job: jobSchema }) })

/** A call that starts jobs answers with them. */
export const startedJobsSchema = z.object({ jobs: z.array(jobSchema) })

/** Lists jobs, newest first, of one study or of all. */
export const listJobsEndpoint = get('/jobs', {
  query: z.object({
    studyId: z.string().optional(),
    state: z.union([state, z.array(state)]).optional(),
    kind: z.string().optional(),
  }),
  reply: z.array(jobSchema),
})

/** Returns one job with its log. */
export const getJobEndpoint = get('/jobs/[jobId]', {
  reply: z.object({ job: jobSchema, events: z.array(jobEventSchema) }),
})

/** Cancels, pauses, resumes or retries a job. */
export const actOnJobEndpoint = post('/jobs/[jobId]/[action]', {
  params: z.object({ jobId: z.string(), action: z.enum(JOB_ACTIONS) }),
  /** A new budget, null for none; without one it stays. */
  body: z.object({ budget: budgetSchema.nullable().optional() }),
  reply: jobSchema,
})
