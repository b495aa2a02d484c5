import { z } from 'zod'
import { modelInfoSchema } from '@/lib/contracts/compute'
import { get } from './endpoint'
import { startsJob } from './jobs'

/** Lists the models that can be fetched, and whether they are here. */
export const listModelsEndpoint = get('/models', { reply: z.array(modelInfoSchema) })

/** Fetches a model as a job, or names the job that does so already. */
export const fetchModelEndpoint = startsJob('/models/[modelId]/fetch')
