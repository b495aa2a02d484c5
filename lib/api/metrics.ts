import { z } from 'zod'
import { metricInfoSchema } from '@/lib/contracts/compute'
import { get } from './endpoint'

export const listMetricsEndpoint = get('/metrics', {
  summary: 'Lists the metrics in display order.',
  reply: z.array(metricInfoSchema),
})
