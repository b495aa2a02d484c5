import { z } from 'zod'
import { judgingSummarySchema } from '@/lib/contracts/agreement'
import { runCardSchema } from '@/lib/contracts/run-replies'
import { runInfoSchema } from '@/lib/contracts/study'
import { get, post, remove } from './endpoint'
import { startsJob } from './jobs'

/** Lists the runs of a study with their details, newest first. */
export const listRunsEndpoint = get('/studies/[studyId]/runs', { reply: z.array(runInfoSchema) })

/** Returns a run with everything needed to repeat it. */
export const runCardEndpoint = get('/runs/[runId]', { reply: runCardSchema })

/** Deletes a run; it can be restored for 7 days. */
export const deleteRunEndpoint = remove('/runs/[runId]')

/** Undoes the deletion of a run. */
export const restoreRunEndpoint = post('/runs/[runId]/restore', { reply: runInfoSchema })

/** Makes a run the one that its metric's columns show by default. */
export const pinRunEndpoint = post('/runs/[runId]/pin', { reply: runInfoSchema })

/** Asks again for the failed rows of a run, as a job. */
export const retryRunEndpoint = startsJob('/runs/[runId]/retry')

/** Says how a judge model's replies were read; null for runs that hold no ratings. */
export const judgingEndpoint = get('/runs/[runId]/judging', {
  reply: z.object({ judging: judgingSummarySchema.nullable() }),
})
