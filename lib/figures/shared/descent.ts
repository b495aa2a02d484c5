import { carriesValue } from '@/lib/contracts/status'
import type { FigureSeries } from '../types'
import { isDrawable } from './series'

/** Values of rows and of what they are compared with, the pairs of a seed one after another. */
export interface ValuePairs {
  /** Parent, or the first side. */
  from: Float64Array
  /** Child, or the second side. */
  to: Float64Array
  seeds: Uint32Array
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
  const [from, to] = [new Float64Array(most), new Float64Array(most)]
  const seeds = new Uint32Array(most)
  const operators = new Uint8Array(most)
  const starts = startsOf(parts)
  let n = 0
  let unpaired = 0
  // A row whose seed is not known is a seed of its own, after those that are.
  let nextSeed = starts.at(-1) as number
  for (const { series, partner, place } of parts) {
    const own = series.columns[column]
    if (!own) continue
    const { values, status, width } = own
    const slots = series.lineage?.slots
    const codes = series.operators?.codes
    for (let row = 0; row < series.n; row += 1) {
      const value = values[row * width] as number
      if (!carriesValue(status[row] as number) || !isDrawable(value)) continue
      const at = partner.rows ? (partner.rows[row] as number) : row
      const other = at < 0 ? Number.NaN : (partner.values[at] as number)
      if (at < 0 || !carriesValue(partner.status[at] ?? 0) || !isDrawable(other)) {
        unpaired += 1
        continue
      }
      const slot = slots?.[row] ?? -1
      from[n] = other
      to[n] = value
      seeds[n] = slot < 0 ? nextSeed++ : (starts[place] as number) + slot
      operators[n] = codes?.[row] ?? UNKNOWN
      n += 1
    }
  }
  const found = { from, to, seeds, operators }
  return { pairs: bySeed(found, n, nextSeed), unpaired }
}

const NO_SLOTS = new Int32Array(0)

function highest(slots: Int32Array): number {
  let most = -1
  for (let row = 0; row < slots.length; row += 1) most = Math.max(most, slots[row] as number)
  return most
}

/** The number of the first seed of each place: slots count within a seed set. The last one is the number of all. */
function startsOf(parts: readonly { series: FigureSeries; place: number }[]): number[] {
  const sizes: number[] = []
  for (const { series, place } of parts) {
    const size = sizes[place] ?? 0
    sizes[place] = Math.max(size, 1 + highest(series.lineage?.slots ?? NO_SLOTS))
  }
  const starts = [0]
  for (let place = 0; place < sizes.length; place += 1)
    starts.push((starts[place] as number) + (sizes[place] ?? 0))
  return starts
}

/** The first n pairs in the order of their seeds, which are numbered from 0; those of a seed keep theirs. */
function bySeed({ from, to, seeds, operators }: ValuePairs, n: number, size: number): ValuePairs {
  let ordered = 1
  while (ordered < n && (seeds[ordered] as number) >= (seeds[ordered - 1] as number)) ordered += 1
  if (ordered >= n) {
    // Files mostly keep the order of their seeds.
    return {
      from: from.subarray(0, n),
      to: to.subarray(0, n),
      seeds: seeds.subarray(0, n),
      operators: operators.subarray(0, n),
    }
  }
  const next = new Uint32Array(size + 1)
  for (let i = 0; i < n; i += 1) {
    const after = (seeds[i] as number) + 1
    next[after] = (next[after] as number) + 1
  }
  for (let seed = 0; seed < size; seed += 1)
    next[seed + 1] = (next[seed + 1] as number) + (next[seed] as number)
  const sorted: ValuePairs = {
    from: new Float64Array(n),
    to: new Float64Array(n),
    seeds: new Uint32Array(n),
    operators: new Uint8Array(n),
  }
  for (let i = 0; i < n; i += 1) {
    const seed = seeds[i] as number
    const place = next[seed] as number
    next[seed] = place + 1
    sorted.from[place] = from[i] as number
    sorted.to[place] = to[i] as number
    sorted.seeds[place] = seed
    sorted.operators[place] = operators[i] as number
  }
  return sorted
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
    const otherSlots = other.lineage?.slots ?? NO_SLOTS
    const size = 1 + Math.max(highest(slots), highest(otherSlots))
    const bySlot = new Int32Array(size).fill(-1)
    for (let row = otherSlots.length - 1; row >= 0; row -= 1) {
      const slot = otherSlots[row] as number
      if (slot >= 0) bySlot[slot] = row
    }
    const rows = new Int32Array(slots.length).fill(-1)
    for (let row = 0; row < slots.length; row += 1) {
      const slot = slots[row] as number
      if (slot < 0) continue
      rows[row] = bySlot[slot] as number
      // Of several rows of a seed the first is paired.
      bySlot[slot] = -1
    }
    const partner = { values: found.values, status: found.status, rows }
    return [{ series, partner, place: places.get(series.seedSetKey) ?? 0 }]
  })
  return { ...collect(parts, column), otherDefinition: 0 }
}
