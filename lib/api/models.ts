import { z } from 'zod'
import { modelInfoSchema } from '@/lib/contracts/compute'
import { endpoint } from './endpoint'
import { startedJobSchema } from './jobs'

export const listModelsEndpoint = endpoint({
  method: 'GET',
  path: '/models',
  summary: 'Lists the models that can be fetched, and whether they are here.',
  reply: z.array(modelInfoSchema),
})

export const fetchModelEndpoint = endpoint({
  method: 'POST',
  path: '/models/[modelId]/fetch',
  summary: 'Fetches a model as a job, or names the job that does so already.',
  reply: startedJobSchema,
})
