import { listMetricsEndpoint } from '@/lib/api/metrics'
import { serve } from '@/lib/http/route'
import { listMetricInfos } from '@/lib/services/metrics'

export const GET = serve(listMetricsEndpoint, () => listMetricInfos())
