import { formatCount } from '@/lib/contracts/format'
import {
  decimalsOf,
  percentOf,
  type ResultComparison,
  type StoredResult,
} from '@/lib/contracts/results'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'

const DIGITS = 2

/** Returns a result as it is shown: in percent where it is a share, with no more digits than were written, else as written. */
export function valueText(result: Pick<StoredResult, 'value' | 'unit' | 'written'>): string {
  const percent = percentOf(result)
  if (percent === null) return result.written
  const written = decimalsOf(result.written) - (result.unit === 'fraction' ? 2 : 0)
  return `${percent.toFixed(Math.min(DIGITS, Math.max(0, written)))} %`
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

/** What the counts alone say, which know nothing of which items both have right. */
function unpairedText(p: number | null): string {
  return p === null
    ? 'Without outcomes of single items or both counts it cannot be tested whether this is chance.'
    : `Their counts alone, as if the items were different ones: chi-square test p = ${p.toPrecision(DIGITS)}.`
}

/** Returns the sentences on two results: their difference and what their items say, or why they cannot be compared. */
export function comparisonText(
  a: StoredResult,
  b: StoredResult,
  { reasons, difference, unpairedP, paired }: ResultComparison,
): string[] {
  const both = `${nameOf(a)} and ${nameOf(b)}`
  if (reasons.length > 0) return [`${both} cannot be compared.`, ...reasons]
  if (difference === null) return [`${both} have no difference in percentage points.`]
  const sign = difference > 0 ? '+' : ''
  const first = `${nameOf(a)} minus ${nameOf(b)}: ${sign}${difference.toFixed(DIGITS)} percentage points.`
  if (paired === null) {
    return [first, unpairedText(unpairedP)]
  }
  const { n, unpaired, onlyA, onlyB, p } = paired
  const test =
    p === null ? 'no item tells them apart' : `McNemar's exact test p = ${p.toPrecision(DIGITS)}`
  const left = unpaired === 0 ? '' : ` ${formatCount(unpaired)} items are in one of them only.`
  return [
    first,
    `Of ${formatCount(n)} shared items only the first has ${formatCount(onlyA)} right, only the second ${formatCount(onlyB)}: ${test}.${left}`,
    ...(unpairedP === null ? [] : [unpairedText(unpairedP)]),
  ]
}
