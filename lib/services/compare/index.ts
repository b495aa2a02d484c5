import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import type { CompareInterval, CompareIntervals, CompareState } from '@/lib/contracts/compare'
import { MAX_PAIRS, type ComparePage, type ComparePair } from '@/lib/contracts/compare-pairs'
import type { MetricValue } from '@/lib/contracts/rows'
import { statusOf } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import { sortPermutation } from '@/lib/columns/sort'
import { AppError, throwIfAborted } from '@/lib/errors'
import { clusteredIntervals, type SeedSums } from './bootstrap'
import { chosenColumns, rowColumn, sideReader } from './columns'
import { findConflict, hitLevel } from './metrics'
import {
  isValued,
  pairedValues,
  readMetric,
  type SeedSetValues,
  type SideColumn,
} from './side-values'
import { pairSides, type SeedSetPairing } from './sides'
import { yieldToEventLoop } from './slots'
import type { PairedValues } from './tests'
import { textReader, type TextReader } from './texts'

export { compareSummary } from './summary'

// An interval is a few hundred bytes; these are the last few comparisons looked at.
const KEPT_INTERVALS = 256

const keptIntervals = new Map<string, CompareInterval>()

function contentKey(strata: readonly number[], { sums, counts }: SeedSums): string {
  const hash = createHash('sha256').update(strata.join())
  for (const column of [sums, counts]) hash.update(new Uint8Array(column.buffer))
  return hash.digest('base64')
}

/** Differences added up by seed, over all seeds of the comparison: a seed without a value keeps its place. */
function seedSums({ a, b, seeds }: PairedValues, size: number): SeedSums {
  const sums = new Float64Array(size)
  const counts = new Float64Array(size)
  for (let i = 0; i < a.length; i += 1) {
    const seed = seeds[i] as number
    sums[seed] = (sums[seed] as number) + ((a[i] as number) - (b[i] as number))
    counts[seed] = (counts[seed] as number) + 1
  }
  return { sums, counts }
}

/**
 * Returns the bootstrap interval of the mean difference of every metric shown that has pairs. Apart from the summary,
 * because ten thousand resamples of a large set take seconds.
 */
export async function compareIntervals(
  db: Db,
  studyId: string,
  state: CompareState,
  signal?: AbortSignal,
): Promise<CompareIntervals> {
  const started = performance.now()
  const pairings = await pairSides(db, studyId, state)
  const reader = sideReader(db, studyId, state)
  const strata = pairings.flatMap(({ pairs }) => (pairs.seeds > 0 ? [pairs.seeds] : []))
  const size = strata.reduce((sum, seeds) => sum + seeds, 0)
  const intervals: CompareIntervals['intervals'] = {}
  const fresh: { column: string; key: string; sums: SeedSums }[] = []
  for (const column of chosenColumns(db, studyId, state)) {
    throwIfAborted(signal)
    const parts = await readMetric(pairings, column, reader)
    if (findConflict(parts, column, reader)) continue
    const values = pairedValues(parts)
    if (values.a.length === 0) continue
    const sums = seedSums(values, size)
    const key = contentKey(strata, sums)
    const known = keptIntervals.get(key)
    if (known) intervals[column.id] = known
    else fresh.push({ column: column.id, key, sums })
  }
  const drawn = await clusteredIntervals(
    strata,
    fresh.map(({ sums }) => sums),
    signal ? { signal } : {},
  )
  drawn.forEach((interval, i) => {
    const { column, key } = fresh[i] as (typeof fresh)[0]
    intervals[column] = interval
    keptIntervals.set(key, interval)
    if (keptIntervals.size > KEPT_INTERVALS) {
      keptIntervals.delete(keptIntervals.keys().next().value as string)
    }
  })
  return { intervals, serverMs: performance.now() - started }
}

/** Where a pair of the whole comparison lies: which seed set, and which of its pairs. */
interface Place {
  set: number
  at: number
}

function differenceAt(part: SeedSetValues, at: number): number {
  const { pairing, a, b } = part
  const rowA = pairing.pairs.rowsA[at] as number
  const rowB = pairing.pairs.rowsB[at] as number
  if (!a || !b || !isValued(a, rowA) || !isValued(b, rowB)) return NaN
  return (a.values[rowA] as number) - (b.values[rowB] as number)
}

function places(pairings: readonly SeedSetPairing[]): Place[] {
  return pairings.flatMap((pairing, set) =>
    Array.from({ length: pairing.pairs.slots.length }, (_, at) => ({ set, at })),
  )
}

/** Returns whether a pair passes the filter; throws `invalid_input` where the column has no levels to filter by. */
function pairFilter(
  parts: readonly SeedSetValues[] | null,
  column: ColumnInfo | null,
  state: CompareState,
): ((place: Place, difference: number) => boolean) | null {
  const { atLeast, only, levelA, levelB } = state.pairs
  if (atLeast === null && only === null && levelA === null && levelB === null) return null
  const levels = column?.shape === 'enum' ? column.levels : null
  if (!levels && (only !== null || levelA !== null || levelB !== null)) {
    throw new AppError(
      'invalid_input',
      `${column?.label ?? 'This list'} has no levels to filter by. Choose a column of levels, or of yes and no.`,
    )
  }
  const threshold = hitLevel(levels, state)
  const valueAt = ({ set, at }: Place, side: 'a' | 'b') => {
    const part = parts?.[set]
    const values = part?.[side]
    const row = part?.pairing.pairs[side === 'a' ? 'rowsA' : 'rowsB'][at] ?? -1
    return values && isValued(values, row) ? (values.values[row] as number) : NaN
  }
  return (place, difference) => {
    if (atLeast !== null && !(Math.abs(difference) >= atLeast)) return false
    const a = valueAt(place, 'a')
    const b = valueAt(place, 'b')
    if (levelA !== null && a !== levelA) return false
    if (levelB !== null && b !== levelB) return false
    if (only === 'a') return a >= threshold && b < threshold
    return only === 'b' ? b >= threshold && a < threshold : true
  }
}

function order(
  all: readonly Place[],
  differences: Float64Array,
  state: CompareState,
): ArrayLike<number> {
  if (state.sort === 'slot') {
    const ascending = Int32Array.from({ length: all.length }, (_, i) => i)
    return state.descending ? ascending.reverse() : ascending
  }
  const keys = state.sort === 'size' ? differences.map(Math.abs) : differences
  return sortPermutation(keys, state.descending)
}

function valueOf(column: SideColumn | null, row: number): MetricValue {
  if (!column) return { value: null, status: 'not_run' }
  const status = statusOf(column.status[row] ?? 0).name
  return isValued(column, row)
    ? { value: column.values[row] as number, status }
    : { value: null, status }
}

type PairTexts = Pick<ComparePair, 'seedSetKey' | 'slot' | 'copy' | 'seed' | 'a' | 'b'>

function pairBuilder(db: Db, pairings: readonly SeedSetPairing[], whole: boolean) {
  const readers = new Map<string, TextReader>()
  const readerOf = (pairing: SeedSetPairing, side: 'a' | 'b' | 'seeds') => {
    const cell = pairing[side]
    if (!cell) return null
    const reader = readers.get(cell.id) ?? textReader(db, cell, whole)
    readers.set(cell.id, reader)
    return reader
  }
  return (pairing: SeedSetPairing, at: number): PairTexts => {
    const { slots } = pairing.pairs
    const slot = slots[at] as number
    let copy = 0
    while (slots[at - copy - 1] === slot) copy += 1
    const a = readerOf(pairing, 'a')?.read(pairing.pairs.rowsA[at] as number)
    const b = readerOf(pairing, 'b')?.read(pairing.pairs.rowsB[at] as number)
    if (!a || !b) throw new AppError('conflict', 'The files changed meanwhile. Reload the page.')
    const seedRow = pairing.seedRows[slot] ?? -1
    const seed = seedRow < 0 ? null : (readerOf(pairing, 'seeds')?.read(seedRow) ?? null)
    return { seedSetKey: pairing.key, slot, copy, seed, a, b }
  }
}

/** Returns one page of aligned rows with both texts, both values of the chosen metric and their difference. */
export async function comparePage(
  db: Db,
  studyId: string,
  state: CompareState,
  offset: number,
  limit: number,
): Promise<ComparePage> {
  const started = performance.now()
  const pairings = await pairSides(db, studyId, { ...state, unit: 'seed' })
  const column: ColumnInfo | null = rowColumn(db, studyId, state)
  const reader = sideReader(db, studyId, state)
  const parts = column ? await readMetric(pairings, column, reader) : null
  const conflict = parts && column ? findConflict(parts, column, reader) : null
  await yieldToEventLoop()
  const differenceOf = ({ set, at }: Place) =>
    parts && !conflict ? differenceAt(parts[set] as SeedSetValues, at) : NaN
  const passes = pairFilter(parts, column, state)
  const every = places(pairings)
  const all = passes ? every.filter((place) => passes(place, differenceOf(place))) : every
  const differences = Float64Array.from(all, differenceOf)
  await yieldToEventLoop()
  const sorted = order(all, differences, state)
  const build = pairBuilder(db, pairings, false)
  const rows: ComparePair[] = []
  for (let i = offset; i < Math.min(all.length, offset + Math.min(limit, MAX_PAIRS)); i += 1) {
    const no = sorted[i] as number
    const { set, at } = all[no] as Place
    const pairing = pairings[set] as SeedSetPairing
    const difference = differences[no] as number
    rows.push({
      ...build(pairing, at),
      valueA: valueOf(parts?.[set]?.a ?? null, pairing.pairs.rowsA[at] as number),
      valueB: valueOf(parts?.[set]?.b ?? null, pairing.pairs.rowsB[at] as number),
      difference: Number.isNaN(difference) ? null : difference,
    })
  }
  return {
    column: column?.id ?? null,
    total: all.length,
    offset,
    rows,
    serverMs: performance.now() - started,
  }
}

/** Returns the whole texts of the pair at one slot. Throws `not_found`. */
export async function comparePairTexts(
  db: Db,
  studyId: string,
  state: CompareState,
  place: { seedSet: string; slot: number; copy: number },
): Promise<PairTexts> {
  const pairings = await pairSides(db, studyId, {
    ...state,
    seedSets: [place.seedSet],
    unit: 'seed',
  })
  const pairing = pairings[0]
  const first = pairing?.pairs.slots.indexOf(place.slot) ?? -1
  const at = first + place.copy
  if (!pairing || first < 0 || pairing.pairs.slots[at] !== place.slot) {
    throw new AppError('not_found', 'No pair of rows comes from this seed. Reload the page.')
  }
  return pairBuilder(db, pairings, true)(pairing, at)
}
