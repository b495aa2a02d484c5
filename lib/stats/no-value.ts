/** Any sequence of numbers: plain arrays and typed arrays. */
export type Numbers = ArrayLike<number>

/** Why a statistic does not exist for its input. */
export type NoValueReason = 'n_too_small' | 'all_ties' | 'constant' | 'zero_denominator'

/** A statistic without a value: never 0 or NaN in its place. */
export interface NoValue {
  ok: false
  reason: NoValueReason
}

/** Returns the typed absence of a statistic. */
export function noValue(reason: NoValueReason): NoValue {
  return { ok: false, reason }
}

// Below this the tail functions are near the smallest double, so the printed digits would mean nothing.
const SMALLEST_PRINTED_P = 1e-300

/** Returns a p value as text: three significant digits, or a bound below 1e-300. */
export function formatP(p: number): string {
  if (p < SMALLEST_PRINTED_P) return '< 1e-300'
  if (p < 0.001) return p.toExponential(2)
  return p.toPrecision(3)
}
