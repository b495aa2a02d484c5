import { carriesValue, statusCode, statusOf } from '@/lib/contracts/status'
import type { DerivedVariant } from '../types'
import { higherVariant } from './metric'
import type { Loss, LossColumns } from './read'
import { missing, present } from './read'

/** Output keys that ratios of a mode that cuts read. */
export const CUT_READS = ['cySum', 'cyN', 'dySum', 'dyN'] as const

/** Mean losses of the response in the two passes. */
export interface CutMeans {
  conditional: Loss
  direct: Loss
}

/** A number made from the two means. */
export type CutFormula = (means: CutMeans) => Loss

function mean(columns: LossColumns, i: number, name: string): Loss {
  for (const key of [`${name}Sum`, `${name}N`]) {
    const status = columns[key]?.status[i] ?? 0
    if (!carriesValue(status)) return missing(statusOf(status).name)
  }
  const n = columns[`${name}N`]?.values[i] as number
  return n === 0
    ? missing('one_token_response')
    : present((columns[`${name}Sum`]?.values[i] as number) / n)
}

/** Returns values and statuses of n rows; a row that was cut says so in every number made from it. */
export function deriveCut(
  columns: LossColumns,
  n: number,
  formula: CutFormula,
): { values: Float64Array; status: Uint8Array } {
  const values = new Float64Array(n)
  const status = new Uint8Array(n)
  for (let i = 0; i < n; i += 1) {
    const loss = formula({ conditional: mean(columns, i, 'cy'), direct: mean(columns, i, 'dy') })
    if (loss.missing === null) {
      values[i] = loss.value
      status[i] = columns['cySum']?.status[i] ?? statusCode('ok')
    } else status[i] = statusCode(loss.missing)
  }
  return { values, status }
}

/** Returns one variant of a derived metric of a mode that cuts. */
export function cutVariant(
  key: string,
  label: string,
  unit: string,
  description: string,
  directionMeans: string,
): DerivedVariant {
  return higherVariant(key, { key, label, unit, description, directionMeans })
}
