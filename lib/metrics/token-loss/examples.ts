import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { DerivedMetric, MetricExample } from '../types'
import type { WorkedCase } from './worked'
import { asColumns, scoreCase } from './worked'

/**
 * Returns a derived metric's example: one worked case through every variant named in `expected`, whose entries are a
 * value or the name of the status that the row must have.
 */
export function workedExample(
  worked: WorkedCase,
  derive: DerivedMetric['derive'],
  expected: Record<string, number | string>,
): MetricExample {
  return {
    name: worked.name,
    expected,
    run() {
      const columns = asColumns([scoreCase(worked)])
      return Object.fromEntries(
        Object.keys(expected).map((variant) => {
          const { values, status } = derive(columns, variant, 1)
          const code = status[0] as number
          return [variant, carriesValue(code) ? (values[0] as number) : statusOf(code).name]
        }),
      )
    },
  }
}
