import type { MetricInfo } from '@/lib/contracts/compute'
import { describeParams } from '@/lib/contracts/describe-params'
import type { Metric } from './types'

/** Returns a metric as plain data for the browser, which never imports a metric. */
export function describeMetric(metric: Metric): MetricInfo {
  const measured = metric.kind === 'measured'
  return {
    id: metric.id,
    kind: measured ? (metric.isImported ? 'imported' : 'measured') : 'derived',
    version: metric.version,
    label: metric.label,
    description: metric.description,
    formula: metric.formula,
    source: metric.source,
    needs: measured ? [...metric.needs] : [],
    params: measured ? describeParams(metric.params) : [],
    from: metric.kind === 'derived' ? metric.from : null,
    onDemand: measured && metric.onDemand === true,
    ofSet: measured && metric.set !== undefined,
  }
}
