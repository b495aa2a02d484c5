import type { StatusName } from '@/lib/contracts/status'
import type { RowResult } from '../types'
import { LOSS_OUTPUTS, TEXT_KEYS, X_KEYS, Y_KEYS } from './outputs'
import type { LossPasses } from './passes'

/** Servers clamp minus infinity to -9999; a log-probability at or below this is no value. */
export const FLOOR = -9998

/** Log-probabilities of the passes of one row; entry 0 of each is not a number and never read. */
export interface PassScores {
  joint: ArrayLike<number> | null
  alone: ArrayLike<number> | null
  text: ArrayLike<number> | null
}

/** A sum of nll over `n` tokens; `floored` of them had no value. */
export interface Span {
  sum: number
  n: number
  floored: number
}

/** Returns the float64 sum of nll over [from, to), leaving out position 0, which has no score. */
export function nllSpan(scores: ArrayLike<number> | null, from: number, to: number): Span {
  const result = { sum: 0, n: 0, floored: 0 }
  if (scores === null) return result
  for (let i = Math.max(1, from); i < Math.min(to, scores.length); i += 1) {
    const logprob = scores[i] as number
    if (logprob <= FLOOR) result.floored += 1
    else result.sum -= logprob
    result.n += 1
  }
  return result
}

/** Collects values and statuses of one row. */
class RowBuilder {
  readonly values: Record<string, number | null> = {}
  readonly status: Record<string, StatusName> = {}

  missing(keys: Iterable<string>, reason: StatusName): void {
    for (const key of keys) {
      this.values[key] = null
      this.status[key] = reason
    }
  }

  value(key: string, value: number): void {
    this.values[key] = value
    this.status[key] = 'ok'
  }

  sum(name: string, part: Span): void {
    if (part.floored > 0) this.missing([`${name}Sum`], 'backend_floor')
    else this.value(`${name}Sum`, part.sum)
    this.value(`${name}N`, part.n)
  }

  /** A token that counts only when it exists, and with an anchor. */
  single(key: string, part: Span, applies: boolean): void {
    if (!applies || part.n === 0) this.missing([key], 'not_applicable')
    else if (part.floored > 0) this.missing([key], 'backend_floor')
    else this.value(key, part.sum)
  }
}

/** Returns a row without values, all outputs under one status. */
export function missingRow(index: number, status: StatusName, message?: string): RowResult {
  const values = Object.fromEntries(LOSS_OUTPUTS.map((output) => [output.key, null]))
  return { index, status, values, ...(message === undefined ? {} : { detail: { message } }) }
}

function rowStatus(has: { x: boolean; y: boolean }, statuses: Iterable<StatusName>): StatusName {
  if (!has.y) return 'no_response'
  if (!has.x) return 'empty_instruction'
  for (const status of statuses) if (status === 'backend_floor') return status
  return 'ok'
}

/**
 * Returns the stored sums of one row from the scores of its passes (metric reference, section 1.4). Sums are float64;
 * a missing part has its own status, so that what can be known of a row stays known.
 */
export function sumPasses(
  index: number,
  passes: LossPasses,
  scores: PassScores,
  has: { x: boolean; y: boolean },
): RowResult {
  const row = new RowBuilder()
  const { xFrom, yFrom, aloneFrom, nX, nNewline, nY } = passes
  const joint = (from: number, to: number) => nllSpan(scores.joint, from, to)
  const alone = (from: number, to: number) => nllSpan(scores.alone, from, to)
  const text = (from: number, to: number) => nllSpan(scores.text, from, to)

  const xTo = xFrom + nX
  const newlineFrom = xTo - nNewline
  // x of one newline token only: the first token is the newline itself.
  const firstX = Math.min(xFrom + 1, newlineFrom)
  row.single('jx0', joint(xFrom, firstX), xFrom > 0)
  row.sum('jx', joint(firstX, newlineFrom))
  row.sum('jn', joint(newlineFrom, xTo))
  row.single('jy0', joint(yFrom, yFrom + 1), true)
  row.sum('jy', joint(yFrom + 1, yFrom + nY))
  row.single('ay0', alone(aloneFrom, aloneFrom + 1), aloneFrom > 0)
  row.sum('ay', alone(aloneFrom + 1, aloneFrom + nY))
  row.sum('tx', text(1, passes.cut))
  row.sum('ty', text(passes.cut, Infinity))
  row.sum('tn', text(passes.cutNewline, Infinity))

  row.value('anchored', aloneFrom > 0 ? 1 : 0)
  row.value('joinSame', passes.joinSame ? 1 : 0)
  row.value('prefixStable', passes.prefixStable ? 1 : 0)
  if (passes.newlineIn === null) row.missing(['newlineIn'], 'not_applicable')
  else row.value('newlineIn', passes.newlineIn === 'x' ? 1 : 2)
  const all = [scores.joint, scores.alone, passes.joinSame ? null : scores.text]
  row.value(
    'floored',
    all.reduce((total, s) => total + nllSpan(s, 1, Infinity).floored, 0),
  )

  if (passes.text === null) row.missing([...TEXT_KEYS, 'joinSame'], 'not_applicable')
  if (!has.x) row.missing(X_KEYS, 'empty_instruction')
  if (!has.y) row.missing(Y_KEYS, 'no_response')

  const status = rowStatus(has, Object.values(row.status))
  const statuses = Object.fromEntries(
    Object.entries(row.status).filter(([, keyStatus]) => keyStatus !== status),
  )
  return { index, status, values: row.values, statuses }
}
