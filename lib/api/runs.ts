import { z } from 'zod'
import { judgingSummarySchema } from '@/lib/contracts/agreement'
import { runCardSchema } from '@/lib/contracts/run-replies'
import { runInfoSchema } from '@/lib/contracts/study'
import { endpoint } from './endpoint'
import { startedJobSchema } from './jobs'

export const listRunsEndpoint = endpoint({
  method: 'GET',
  path: '/studies/[studyId]/runs',
  summary: 'Lists the runs of a study with their cards, newest first.',
  reply: z.array(runInfoSchema),
})

export const runCardEndpoint = endpoint({
  method: 'GET',
  path: '/runs/[runId]',
  summary: 'Returns a run with everything needed to repeat it.',
  reply: runCardSchema,
})

export const deleteRunEndpoint = endpoint({
  method: 'DELETE',
  path: '/runs/[runId]',
  summary: 'Deletes a run; it can be restored for 7 days.',
})

export const restoreRunEndpoint = endpoint({
  method: 'POST',
  path: '/runs/[runId]/restore',
  summary: 'Undoes the deletion of a run.',
  reply: runInfoSchema,
})

export const pinRunEndpoint = endpoint({
  method: 'POST',
  path: '/runs/[runId]/pin',
  summary: "Makes a run the one that its metric's columns show by default.",
  reply: runInfoSchema,
})

export const retryRunEndpoint = endpoint({
  method: 'POST',
  path: '/runs/[runId]/retry',
  summary: 'Asks again for the failed rows of a run, as a job.',
  reply: startedJobSchema,
})

export const judgingEndpoint = endpoint({
  method: 'GET',
  path: '/runs/[runId]/judging',
  summary: "Says how a judge's replies were read; null for runs that hold no ratings.",
  reply: z.object({ judging: judgingSummarySchema.nullable() }),
})
