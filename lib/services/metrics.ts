import type { MetricInfo } from '@/lib/contracts/compute'
import { describeMetric, listMetrics } from '@/lib/metrics'

/** Returns every metric as plain data, in display order. */
export function listMetricInfos(): MetricInfo[] {
  return listMetrics().map(describeMetric)
}
