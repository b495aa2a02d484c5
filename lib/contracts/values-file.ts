import { z } from 'zod'
import { numbers, texts } from './fields'
import { plural } from './format'
import type { ReadValue } from './imported-values'
import type { SetValue } from './measure'

/** Files that hold values without the rows that they are of; their place names the file whose rows these are. */
export const VALUES_FORMATS = ['token-logprobs', 'superfiltering-raw', 'result-summary'] as const
export type ValuesFormatId = (typeof VALUES_FORMATS)[number]

/** Returns whether a format holds values without rows. */
export function isValuesFormat(format: string): format is ValuesFormatId {
  return VALUES_FORMATS.some((one) => one === format)
}

/** The question that a file of several results asks. */
export const WHICH_PART = 'which_part'

/** The first five tokens of a reply: as many as the paper's script writes a row. */
export const POOLED_TOKENS = 5

/** What a file of values holds: one part, or one for each result that was appended to it; a part belongs to one cell. */
export const valuesPartSchema = z.object({ ...texts('label'), ...numbers('count') })
export type ValuesPart = z.infer<typeof valuesPartSchema>

/** Returns why so many values cannot be those of so many rows; null where they can be. */
export function whyNotOf(
  format: ValuesFormatId,
  { count }: ValuesPart,
  rows: number,
): string | null {
  switch (format) {
    case 'superfiltering-raw':
      return count === rows
        ? null
        : `${plural(count, 'line')}, while the file there has ${plural(rows, 'row')}. Line i belongs to row i, so both numbers must be equal.`
    case 'token-logprobs':
      return count <= POOLED_TOKENS * rows
        ? null
        : `${count} probabilities are more than ${POOLED_TOKENS} for each of the ${plural(rows, 'row')} there.`
    case 'result-summary':
      return count <= rows ? null : `Levels of ${count} rows, while the file there has ${rows}.`
  }
}

// At or below this a server has clamped minus infinity: no probability is known.
const LOGPROB_FLOOR = -9998

/** Returns the probability of a token, NaN where its log-probability was clamped. */
export function probabilityOf(logprob: number): number {
  return logprob > LOGPROB_FLOOR ? Math.exp(logprob) : Number.NaN
}

/** Returns the ratio of two imported numbers; one that is missing gives its reason, first the divisor's. */
export function ratioOf(of: ReadValue, to: ReadValue): ReadValue {
  if (to.value === null) return to
  if (of.value === null) return of
  const value = of.value / to.value
  return Number.isFinite(value) ? { value, status: 'ok' } : { value: null, status: 'nonfinite' }
}

/** Returns one level, counted from 1, for each row that is counted under it, the lowest first. */
export function levelsOf(counts: readonly number[]): number[] {
  return counts.flatMap((count, level) => Array.from({ length: count }, () => level + 1))
}

/** Returns an imported mean with its place among the numbers of a cell; null where Python wrote NaN or Infinity. */
export function wholeValueOf(mean: number | null): SetValue {
  const reason = mean === null ? ('nonfinite' as const) : null
  return { mean, sd: null, min: mean, max: mean, reason, whole: mean, wholeReason: reason }
}
