import { carriesValue, statusCode, statusOf } from '@/lib/contracts/status'
import type { StatusName } from '@/lib/contracts/status'
import type { ColumnView } from '../types'

/** Columns of the loss metric by output key. */
export type LossColumns = Record<string, ColumnView>

/** Which tokens a loss averages over (metric reference, section 1.1). */
export type LossMode = 'strict' | 'reference' | 'superfiltering'

/** A loss in nats, or why it is missing. */
export type Loss = { value: number; missing: null } | { value: null; missing: StatusName }

/** A combination of losses for one row. */
export type RowFormula = (columns: LossColumns, i: number) => Loss

const NOT_APPLICABLE = statusCode('not_applicable')

/** Returns a present loss; a value that overflowed is `nonfinite`. */
export function present(value: number): Loss {
  return Number.isFinite(value) ? { value, missing: null } : missing('nonfinite')
}

/** Returns a missing loss with its reason. */
export function missing(reason: StatusName): Loss {
  return { value: null, missing: reason }
}

/** Returns the mean over stored sums, with the token `first` where it was scored; `noTokens` where there is none. */
export function meanOver(
  columns: LossColumns,
  i: number,
  names: readonly string[],
  first: string | null,
  noTokens: StatusName,
): Loss {
  let sum = 0
  let n = 0
  for (const name of names) {
    for (const key of [`${name}Sum`, `${name}N`]) {
      const status = columns[key]?.status[i] ?? 0
      if (!carriesValue(status)) return missing(statusOf(status).name)
    }
    sum += columns[`${name}Sum`]?.values[i] as number
    n += columns[`${name}N`]?.values[i] as number
  }
  if (first !== null) {
    const status = columns[first]?.status[i] ?? 0
    if (carriesValue(status)) {
      sum += columns[first]?.values[i] as number
      n += 1
    } else if (status !== NOT_APPLICABLE) return missing(statusOf(status).name)
  }
  return n === 0 ? missing(noTokens) : present(sum / n)
}

function isAnchored(columns: LossColumns, i: number): boolean {
  return columns['anchored']?.values[i] === 1
}

/** Returns L(x): the mean nll of the instruction's scored tokens inside the joint text. */
export function instructionLoss(columns: LossColumns, i: number, mode: LossMode): Loss {
  const names = mode === 'strict' ? ['jx', 'jn'] : ['tx']
  const first = mode === 'strict' ? 'jx0' : null
  return meanOver(columns, i, names, first, 'one_token_instruction')
}

/** Returns L(y|x): the mean nll of the response's scored tokens inside the joint text. */
export function conditionalLoss(columns: LossColumns, i: number, mode: LossMode): Loss {
  const reason = 'one_token_response'
  if (mode === 'reference') return meanOver(columns, i, ['ty'], null, reason)
  if (mode === 'superfiltering') return meanOver(columns, i, ['tn'], null, reason)
  // Without an anchor y's first token is left out here too, as it has no score alone.
  return meanOver(columns, i, ['jy'], isAnchored(columns, i) ? 'jy0' : null, reason)
}

/** Returns L(y): the mean nll of the response's scored tokens alone. Missing under a mode whose y differs. */
export function responseLoss(columns: LossColumns, i: number, mode: LossMode): Loss {
  if (mode !== 'strict') {
    // A forced anchor changes the pass over y, so that it is no longer the tokenizer's own tok(y).
    const status = columns['tySum']?.status[i] ?? 0
    if (status === NOT_APPLICABLE) return missing('not_applicable')
  }
  return meanOver(columns, i, ['ay'], 'ay0', 'one_token_response')
}

const JOINT_X = ['anchored', 'jx0', 'jxSum', 'jxN', 'jnSum', 'jnN'] as const
const JOINT_Y = ['jy0', 'jySum', 'jyN'] as const
const COMMON = [...JOINT_X, 'txSum', 'txN'] as const
const RESPONSE = [...JOINT_Y, 'tySum', 'tyN', 'tnSum', 'tnN'] as const
const ALONE = ['ay0', 'aySum', 'ayN', 'tySum'] as const

/** Output keys that each loss reads. */
export const READS = {
  instruction: COMMON,
  conditional: ['anchored', ...RESPONSE],
  response: ALONE,
  all: [...COMMON, ...RESPONSE, 'ay0', 'aySum', 'ayN'],
  /** Under a chat template, where there are no spans of the tokenizer's own joined text. */
  chat: [...JOINT_X, ...JOINT_Y, 'ay0', 'aySum', 'ayN'],
} as const

/**
 * Returns values and status bytes of n rows of a formula; missing rows hold 0 under their reason, others have the status
 * of the column `statusFrom` where one is named (a row that was cut says so).
 */
export function deriveRows(
  columns: LossColumns,
  n: number,
  formula: RowFormula,
  statusFrom?: string,
): { values: Float64Array; status: Uint8Array } {
  const values = new Float64Array(n)
  const status = new Uint8Array(n)
  const ok = statusCode('ok')
  const own = statusFrom === undefined ? undefined : columns[statusFrom]?.status
  for (let i = 0; i < n; i += 1) {
    const loss = formula(columns, i)
    if (loss.missing === null) {
      values[i] = loss.value
      status[i] = own?.[i] ?? ok
    } else status[i] = statusCode(loss.missing)
  }
  return { values, status }
}
