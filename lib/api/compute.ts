import { z } from 'zod'
import { computeRequestSchema, dryRunSchema, evolveRequestSchema } from '@/lib/contracts/compute'
import { startedRunsSchema } from '@/lib/contracts/run-replies'
import { endpoint } from './endpoint'
import { startedJobSchema } from './jobs'

export const computeEndpoint = endpoint({
  method: 'POST',
  path: '/studies/[studyId]/compute',
  summary: 'Starts runs of metrics and the jobs that compute what they lack.',
  body: computeRequestSchema,
  reply: startedRunsSchema,
})

export const dryRunEndpoint = endpoint({
  method: 'POST',
  path: '/studies/[studyId]/compute/dry-run',
  summary: 'Estimates on a few rows what a request would cost; nothing is stored.',
  body: computeRequestSchema,
  reply: z.array(dryRunSchema),
})

export const evolveEndpoint = endpoint({
  method: 'POST',
  path: '/studies/[studyId]/evolve',
  summary: "Evolves a study's seeds as a job.",
  body: evolveRequestSchema,
  reply: startedJobSchema,
})
