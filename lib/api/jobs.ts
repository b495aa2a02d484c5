import { z } from 'zod'
import { JOB_ACTIONS, JOB_STATES, jobEventSchema, jobSchema } from '@/lib/contracts/job'
import { budgetSchema } from '@/lib/contracts/meter'
import { get, post } from './endpoint'

const state = z.enum(JOB_STATES)

/** Returns the call that starts one job and answers with it. */
export const startsJob = <
  const Path extends `/${string}`,
  const Rest extends { summary: string; body?: z.ZodType; example?: { body: unknown } },
>(
  path: Path,
  rest: Rest,
) => post(path, { ...rest, reply: z.object({ job: jobSchema }) })

/** A call that starts jobs answers with them. */
export const startedJobsSchema = z.object({ jobs: z.array(jobSchema) })

export const listJobsEndpoint = get('/jobs', {
  summary: 'Lists jobs, newest first, of one study or of all.',
  query: z.object({
    studyId: z.string().optional(),
    state: z.union([state, z.array(state)]).optional(),
    kind: z.string().optional(),
  }),
  reply: z.array(jobSchema),
})

export const getJobEndpoint = get('/jobs/[jobId]', {
  summary: 'Returns one job with its log.',
  reply: z.object({ job: jobSchema, events: z.array(jobEventSchema) }),
})

export const actOnJobEndpoint = post('/jobs/[jobId]/[action]', {
  summary: 'Cancels, pauses, resumes or retries a job.',
  params: z.object({ jobId: z.string(), action: z.enum(JOB_ACTIONS) }),
  /** A new budget, null for none; without one it stays. */
  body: z.object({ budget: budgetSchema.nullable().optional() }),
  reply: jobSchema,
})
