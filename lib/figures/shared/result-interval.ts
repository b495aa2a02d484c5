import { percentOf, type StoredResult } from '@/lib/contracts/results'
import { wilsonInterval } from '@/lib/stats/intervals'

/** The 95 % interval of a result and what it was made from. */
export interface ResultInterval {
  low: number | null
  high: number | null
  /** `wilson`: k of n; `stderr`: the standard error that the file states; null = there is none. */
  basis: 'wilson' | 'stderr' | null
}

const NONE: ResultInterval = { low: null, high: null, basis: null }
// 97.5 % point of the standard normal distribution.
const Z_95 = 1.959963984540054

/** Items that count as correct: as stated, else value x n; null where no whole number of items gives the value. */
function correctOf(result: StoredResult): number | null {
  const { k, n, value, attainable } = result
  if (k !== null) return k
  const percent = percentOf(result)
  if (n === null || value === null || percent === null || attainable === false) return null
  // Of a rounded value it is not quite whole, which the interval bears.
  return (percent / 100) * n
}

/** Returns the interval of a result in the unit in which it is drawn: Wilson's where it is a count out of n, else from its standard error. */
export function intervalOf(result: StoredResult): ResultInterval {
  const { n, value, stderr } = result
  const percent = percentOf(result)
  if (value === null) return NONE
  const k = result.isShare ? correctOf(result) : null
  if (k !== null && k >= 0 && n !== null && k <= n && percent !== null) {
    const interval = wilsonInterval(k, n)
    if (interval.ok) return { low: 100 * interval.low, high: 100 * interval.high, basis: 'wilson' }
  }
  if (stderr === null || !(stderr > 0)) return NONE
  const half = Z_95 * stderr * (result.unit === 'fraction' ? 100 : 1)
  const centre = percent ?? value
  return { low: centre - half, high: centre + half, basis: 'stderr' }
}

interface Estimate {
  value: number
  low: number | null
  high: number | null
}

/** Returns the difference of two independent shares or means with Newcombe's interval; without bounds where either has none. */
export function differenceOf(a: Estimate, b: Estimate): Estimate {
  const value = a.value - b.value
  if (a.low === null || a.high === null || b.low === null || b.high === null) {
    return { value, low: null, high: null }
  }
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  }
}
