import { maskToIndexes } from '@/lib/columns/filter'
import { sortPermutation } from '@/lib/columns/sort'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import { createRandom } from '@/lib/stats/random'
import type { Kept, RuleGroups, RuleNumbers } from './types'

function addTo(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Clears rows without a value and returns how many of them each reason has. */
export function clearMissing(kept: Kept, { values, status }: RuleNumbers): Record<string, number> {
  const missing: Record<string, number> = {}
  for (let row = 0; row < kept.length; row += 1) {
    if (kept[row] === 0) continue
    const code = status[row] as number
    if (carriesValue(code) && !Number.isNaN(values[row])) continue
    kept[row] = 0
    addTo(missing, carriesValue(code) ? 'nonfinite' : statusOf(code).name)
  }
  return missing
}

/** Clears rows that are in no group and returns how many there were, by reason. */
export function clearUngrouped(kept: Kept, { codes, reason }: RuleGroups): Record<string, number> {
  const missing: Record<string, number> = {}
  for (let row = 0; row < kept.length; row += 1) {
    if (kept[row] === 0 || (codes[row] as number) >= 0) continue
    kept[row] = 0
    addTo(missing, reason)
  }
  return missing
}

/** Returns the kept rows in the order of their numbers; equal numbers stay in the order of the rows. */
export function orderOf(kept: Kept, values: Float64Array, descending: boolean): Int32Array {
  const rows = maskToIndexes(kept)
  const own = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at += 1) own[at] = values[rows[at] as number] as number
  const order = sortPermutation(own, descending)
  for (let at = 0; at < order.length; at += 1) order[at] = rows[order[at] as number] as number
  return order
}

/** Returns the kept rows in random order: the same seed and rows give the same order. */
export function shuffled(kept: Kept, seed: number): Int32Array {
  const rows = maskToIndexes(kept)
  const random = createRandom(seed)
  for (let at = rows.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    const row = rows[at] as number
    rows[at] = rows[other] as number
    rows[other] = row
  }
  return rows
}

/** Returns how many kept rows each group has. */
export function sizesOf(kept: Kept, { codes, names }: RuleGroups): Float64Array {
  const sizes = new Float64Array(names.length)
  for (let row = 0; row < kept.length; row += 1) {
    const code = codes[row] as number
    if (kept[row] === 1 && code >= 0) sizes[code] = (sizes[code] as number) + 1
  }
  return sizes
}

// Lets 29 % of 100 rows be 29 although 0.29 x 100 is a little less in binary.
const ROUNDING = 1e-9

/** Returns how many of `size` rows an amount asks for; percent are rounded down. */
export function amountOf(size: number, rule: { amount: number; unit: 'percent' | 'rows' }): number {
  const asked = rule.unit === 'rows' ? rule.amount : (size * rule.amount) / 100
  return Math.min(size, Math.floor(asked + ROUNDING))
}

/** Keeps, of the rows in this order, `limits[group]` of each group after its first `skip[group]`; clears all others. */
export function takeInOrder(
  kept: Kept,
  order: Int32Array,
  { codes }: RuleGroups,
  limits: Float64Array,
  skip?: Float64Array,
): void {
  const seen = new Float64Array(limits.length)
  kept.fill(0)
  for (const row of order) {
    const code = codes[row] as number
    const from = skip?.[code] ?? 0
    const at = seen[code] as number
    seen[code] = at + 1
    if (at >= from && at < from + (limits[code] as number)) kept[row] = 1
  }
}
