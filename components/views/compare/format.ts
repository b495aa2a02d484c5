import { formatP } from '@/lib/stats/no-value'
import { DASH, formatCount, formatMetric } from '@/lib/contracts/format'
import type { CompareSeedSet } from '@/lib/contracts/compare'

const MINUS = '\u2212'

/** A difference to three significant digits with its sign; 0 has none. */
export function formatDifference(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  return value > 0 ? `+${formatMetric(value)}` : formatMetric(value)
}

// Sums of doubles leave about this share of the largest term behind where the true value is 0.
const NOISE = 1e-12

/** Both ends of an interval of differences; what is only rounding noise beside the other end reads 0. */
export function formatInterval(low: number, high: number): string {
  const size = Math.max(Math.abs(low), Math.abs(high))
  const end = (value: number) => formatDifference(Math.abs(value) < size * NOISE ? 0 : value)
  return `${end(low)} to ${end(high)}`
}

/** `p = 0.0123`, or a bound for very small ones. */
export function pText(p: number): string {
  const text = formatP(p).replace('e-', `e${MINUS}`)
  return text.startsWith('<') ? `p ${text}` : `p = ${text}`
}

const REASONS: Record<string, string> = {
  n_too_small: 'no pair has a value on both sides',
  all_ties: 'all values are equal',
  constant: 'all values are equal',
  zero_denominator: 'a denominator is zero',
  levels: 'tested as ordered levels',
  dependent_rows: 'rows of one unit are not independent',
  two_levels: "two levels: McNemar's test asks the same",
}

/** Why a statistic has no value, in words. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll('_', ' ')
}

/** `12 no response, 3 too long`, most frequent first. */
export function missingText(missing: Record<string, number>): string {
  return Object.entries(missing)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name.replaceAll('_', ' ')}`)
    .join(', ')
}

/** How large an effect in -1..1 reads. */
export function strengthOf(effect: number): string {
  const size = Math.abs(effect)
  // Usual reading of Cliff's delta (Romano et al. 2006).
  if (size < 0.147) return 'negligible'
  if (size < 0.33) return 'small'
  return size < 0.474 ? 'medium' : 'large'
}

/** Returns `: Math 16, Code 12`, or nothing where one number says it all or no seed set has a pair. */
export function alignedBySet(
  seedSets: readonly Pick<CompareSeedSet, 'label' | 'state' | 'aligned'>[],
): string {
  const aligned = seedSets.filter((set) => set.state === 'aligned')
  if (seedSets.length < 2 || aligned.length === 0) return ''
  return `: ${aligned.map((set) => `${set.label} ${formatCount(set.aligned)}`).join(', ')}`
}
