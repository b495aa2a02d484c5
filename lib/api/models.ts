import { z } from 'zod'
import { modelInfoSchema } from '@/lib/contracts/compute'
import { get } from './endpoint'
import { startsJob } from './jobs'

export const listModelsEndpoint = get('/models', {
  summary: 'Lists the models that can be fetched, and whether they are here.',
  reply: z.array(modelInfoSchema),
})

export const fetchModelEndpoint = startsJob('/models/[modelId]/fetch', {
  summary: 'Fetches a model as a job, or names the job that does so already.',
})
