import { z } from 'zod'
import { judgingSummarySchema } from '@/lib/contracts/agreement'
import { pairSummarySchema } from '@/lib/contracts/pairs'
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
  summary:
    "Says how a judge model's replies were read, and what came of pairs; null for runs that hold no ratings, or judged no pairs.",
  reply: z.object({
    judging: judgingSummarySchema.nullable(),
    pairs: pairSummarySchema.nullable(),
  }),
})
