import { z } from 'zod'
import { computeRequestSchema, dryRunSchema, evolveRequestSchema } from '@/lib/contracts/compute'
import { startedRunsSchema } from '@/lib/contracts/run-replies'
import { post } from './endpoint'
import { startsJob } from './jobs'

/** Starts runs of metrics and the jobs that compute what they lack. */
export const computeEndpoint = post('/studies/[studyId]/compute', {
  body: computeRequestSchema,
  reply: startedRunsSchema,
})

/** Estimates on a few rows what a request would cost; nothing is stored. */
export const dryRunEndpoint = post('/studies/[studyId]/compute/dry-run', {
  body: computeRequestSchema,
  reply: z.array(dryRunSchema),
})

/** Evolves a study's seeds as a job. */
export const evolveEndpoint = startsJob('/studies/[studyId]/evolve', { body: evolveRequestSchema })
