import { z } from 'zod'
import { metricInfoSchema } from '@/lib/contracts/compute'
import { get } from './endpoint'

/** Lists the metrics in display order. */
export const listMetricsEndpoint = get('/metrics', { reply: z.array(metricInfoSchema) })
