import { route } from '@/lib/http/route'
import { listMetricInfos } from '@/lib/services/metrics'

export const GET = route({ handler: () => listMetricInfos() })
