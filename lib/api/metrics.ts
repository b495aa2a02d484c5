import { z } from 'zod'
import { metricInfoSchema } from '@/lib/contracts/compute'
import { endpoint } from './endpoint'

export const listMetricsEndpoint = endpoint({
  method: 'GET',
  path: '/metrics',
  summary: 'Lists the metrics in display order.',
  reply: z.array(metricInfoSchema),
})
