import type { Numbers } from './no-value'

/** Returns the arithmetic mean, NaN for no values. */
export function mean(values: Numbers): number {
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number
  return sum / values.length
}

/** Returns the sample standard deviation (divisor n - 1, two passes), NaN for fewer than two values. */
export function sampleStd(values: Numbers): number {
  if (values.length < 2) return NaN
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += ((values[i] as number) - centre) ** 2
  return Math.sqrt(sum / (values.length - 1))
}

/**
 * Returns the q quantile of ascending values, interpolated linearly between order statistics (numpy's default, type 7);
 * NaN for no values.
 */
export function quantileSorted(ascending: Numbers, q: number): number {
  const n = ascending.length
  if (n === 0) return NaN
  const position = (n - 1) * q
  const lower = Math.floor(position)
  const low = ascending[lower] as number
  const high = ascending[Math.min(lower + 1, n - 1)] as number
  return low + (high - low) * (position - lower)
}
