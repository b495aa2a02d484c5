import { formatCount } from '@/components/ui/format'
import { percentOf, whyNotComparable, type StoredResult } from '@/lib/contracts/results'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'

const DIGITS = 2

/** Returns a result as it is shown: in percent where it is a share, else the number as written. */
export function valueText(result: Pick<StoredResult, 'value' | 'unit' | 'written'>): string {
  const percent = percentOf(result)
  return percent === null ? result.written : `${percent.toFixed(DIGITS)} %`
}

/** Returns the label of an evolver's key; keys of the paper are their own label. */
export function evolverLabel(key: string | null, arms: StudyDetail['arms']): string {
  if (key === null) return ''
  if (key === SEEDS_KEY) return SEEDS_LABEL
  return arms.find((arm) => arm.key === key)?.label ?? key
}

/** Returns a result in words, for the sentence that compares it. */
function nameOf({ model, written, unit, n }: StoredResult): string {
  const over = n === null ? '' : `, n ${formatCount(n)}`
  return `${model} (${written} ${unit}${over})`
}

/** Returns what can be said of two results: their difference, or why there is none. */
export function comparisonOf(
  a: StoredResult,
  b: StoredResult,
): { text: string; reasons: string[] } {
  const reasons = whyNotComparable(a, b)
  const both = `${nameOf(a)} and ${nameOf(b)}`
  if (reasons.length > 0) return { text: `${both} cannot be compared.`, reasons }
  const [left, right] = [percentOf(a), percentOf(b)]
  if (left === null || right === null) {
    return { text: `${both} have no difference in percentage points.`, reasons: [] }
  }
  const difference = left - right
  const sign = difference > 0 ? '+' : ''
  return {
    text: `${nameOf(a)} minus ${nameOf(b)}: ${sign}${difference.toFixed(DIGITS)} percentage points. A difference alone does not say whether it is more than chance.`,
    reasons: [],
  }
}
