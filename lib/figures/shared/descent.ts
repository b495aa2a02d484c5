import { carriesValue } from '@/lib/contracts/status'
import { ascendingOrder } from '@/lib/stats/ranks'
import type { FigureSeries } from '../types'
import { isDrawable } from './series'

/** Values of rows and of what they are compared with, the pairs of a seed one after another. */
export interface ValuePairs {
  /** Parent, or the first side. */
  from: Float64Array
  /** Child, or the second side. */
  to: Float64Array
  seeds: Float64Array
  /** Operator of each pair as the series has it, 255 = unknown. */
  operators: Uint8Array
}

/** Pairs of several series. */
export interface PairsFound {
  pairs: ValuePairs
  /** Rows with a value that have no partner with one. */
  unpaired: number
  /** Series whose partners were measured by another definition: none of their rows are paired. */
  otherDefinition: number
}

// Slots count within a seed set; no seed set has as many.
const SEED_SETS_APART = 2 ** 32
const UNKNOWN = 255

interface Partner {
  values: ArrayLike<number>
  status: ArrayLike<number>
  /** Row of the partner for each row, -1 = none; the row itself where absent. */
  rows?: Int32Array
}

function collect(
  parts: readonly { series: FigureSeries; partner: Partner; place: number }[],
  column: string,
): { pairs: ValuePairs; unpaired: number } {
  const most = parts.reduce((sum, { series }) => sum + series.n, 0)
  const [from, to, seeds] = [0, 1, 2].map(() => new Float64Array(most)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const operators = new Uint8Array(most)
  let n = 0
  let unpaired = 0
  for (const { series, partner, place } of parts) {
    const own = series.columns[column]
    if (!own) continue
    for (let row = 0; row < series.n; row += 1) {
      const value = own.values[row * own.width] as number
      if (!carriesValue(own.status[row] ?? 0) || !isDrawable(value)) continue
      const at = partner.rows ? (partner.rows[row] as number) : row
      const other = at < 0 ? Number.NaN : (partner.values[at] as number)
      if (at < 0 || !carriesValue(partner.status[at] ?? 0) || !isDrawable(other)) {
        unpaired += 1
        continue
      }
      const slot = series.lineage?.slots[row] ?? -1
      from[n] = other
      to[n] = value
      // A row whose seed is not known is a seed of its own.
      seeds[n] = slot < 0 ? -(place * SEED_SETS_APART + row + 1) : place * SEED_SETS_APART + slot
      operators[n] = series.operators?.codes[row] ?? UNKNOWN
      n += 1
    }
  }
  const order = ascendingOrder(seeds.subarray(0, n))
  const sorted = <T extends Float64Array | Uint8Array>(values: T): T =>
    values.subarray(0, n).map((_, i) => values[order[i] as number] as number) as T
  const pairs = {
    from: sorted(from),
    to: sorted(to),
    seeds: sorted(seeds),
    operators: sorted(operators),
  }
  return { pairs, unpaired }
}

/** Returns the seed sets of series as numbers; a seed set keeps its own whatever else is drawn. */
function placesOf(members: readonly FigureSeries[]): Map<string, number> {
  return new Map(
    [...new Set(members.map(({ seedSetKey }) => seedSetKey))].map((key, i) => [key, i]),
  )
}

/** Returns the rows of several series with the values of their parents, by the same definition. */
export function parentPairs(members: readonly FigureSeries[], column: string): PairsFound {
  const places = placesOf(members)
  let otherDefinition = 0
  const parts = members.flatMap((series) => {
    const partner = series.lineage?.parents[column] ?? { values: [], status: [] }
    const hash = series.lineage?.parents[column]?.definitionHash
    if (hash !== undefined && hash !== series.columns[column]?.definitionHash) {
      otherDefinition += 1
      return []
    }
    return [{ series, partner, place: places.get(series.seedSetKey) ?? 0 }]
  })
  return { ...collect(parts, column), otherDefinition }
}

/** Returns the rows of `second` with those of `first` at the same seed and in the same seed set; of several the first. */
export function seedPairs(
  first: readonly FigureSeries[],
  second: readonly FigureSeries[],
  column: string,
): PairsFound {
  const places = placesOf(second)
  const parts = second.flatMap((series) => {
    const other = first.find(({ seedSetKey }) => seedSetKey === series.seedSetKey)
    const found = other?.columns[column]
    const slots = series.lineage?.slots
    if (!other || !found || !slots) return []
    const bySlot = new Map<number, number>()
    other.lineage?.slots.forEach((slot, row) => {
      if (slot >= 0 && !bySlot.has(slot)) bySlot.set(slot, row)
    })
    const taken = new Set<number>()
    const rows = slots.map((slot) => {
      if (taken.has(slot)) return -1
      taken.add(slot)
      return bySlot.get(slot) ?? -1
    })
    const partner = { values: found.values, status: found.status, rows }
    return [{ series, partner, place: places.get(series.seedSetKey) ?? 0 }]
  })
  return { ...collect(parts, column), otherDefinition: 0 }
}
