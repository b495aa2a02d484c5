import { z } from 'zod'
import { computeRequestSchema, dryRunSchema } from '@/lib/contracts/compute'
import { startedRunsSchema } from '@/lib/contracts/run-replies'
import { post } from './endpoint'

const example = {
  body: {
    metrics: [{ metric: 'loss' }],
    rowSet: { kind: 'all' },
    budget: { tokens: 1_000_000, money: null, seconds: null },
  },
}

export const computeEndpoint = post('/studies/[studyId]/compute', {
  summary: 'Starts runs of metrics and the jobs that compute what they lack.',
  body: computeRequestSchema,
  example,
  reply: startedRunsSchema,
})

export const dryRunEndpoint = post('/studies/[studyId]/compute/dry-run', {
  summary: 'Estimates on a few rows what a request would cost; nothing is stored.',
  body: computeRequestSchema,
  example,
  reply: z.array(dryRunSchema),
})
