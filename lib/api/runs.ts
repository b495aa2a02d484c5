import { z } from 'zod'
import { judgingSummarySchema } from '@/lib/contracts/agreement'
import { runCardSchema } from '@/lib/contracts/run-replies'
import { runInfoSchema } from '@/lib/contracts/study'
import { get, post, undoable } from './endpoint'
import { startsJob } from './jobs'

export const listRunsEndpoint = get('/studies/[studyId]/runs', {
  summary: 'Lists the runs of a study with their details, newest first.',
  reply: z.array(runInfoSchema),
})

export const runCardEndpoint = get('/runs/[runId]', {
  summary: 'Returns a run with everything needed to repeat it.',
  reply: runCardSchema,
})

export const [deleteRunEndpoint, restoreRunEndpoint] = undoable(
  '/runs/[runId]',
  'a run',
  runInfoSchema,
)

export const pinRunEndpoint = post('/runs/[runId]/pin', {
  summary: "Makes a run the one that its metric's columns show by default.",
  reply: runInfoSchema,
})

export const retryRunEndpoint = startsJob('/runs/[runId]/retry', {
  summary: 'Asks again for the failed rows of a run, as a job.',
})

export const judgingEndpoint = get('/runs/[runId]/judging', {
  summary: "Says how a judge model's replies were read; null for runs that hold no ratings.",
  reply: z.object({ judging: judgingSummarySchema.nullable() }),
})
