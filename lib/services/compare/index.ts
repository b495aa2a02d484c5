import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import {
  MAX_PAIRS,
  type CompareInterval,
  type CompareIntervals,
  type ComparePage,
  type ComparePair,
  type CompareState,
  type CompareSummary,
} from '@/lib/contracts/compare'
import type { MetricValue } from '@/lib/contracts/rows'
import { statusOf } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import { sortPermutation } from '@/lib/columns/sort'
import { AppError } from '@/lib/errors'
import { stratifiedBootstrap } from './bootstrap'
import { chosenColumns, sideReader, rowColumn } from './columns'
import {
  compareMetric,
  findConflict,
  isValued,
  pairedValues,
  readMetric,
  type SeedSetValues,
  type SideColumn,
} from './metrics'
import { describePairing, pairSides, type SeedSetPairing } from './sides'
import { yieldToEventLoop } from './slots'
import { PFamily } from './tests'
import { textReader, type TextReader } from './texts'

// An interval is a few hundred bytes; these are the last few comparisons looked at.
const KEPT_INTERVALS = 256

const keptIntervals = new Map<string, CompareInterval>()

/**
 * Returns, for every metric shown, the paired tests of A - B over rows that meet at a seed slot; unpaired tests, apart,
 * where no rows meet; or why the sides do not compare. All p values of the summary are one Holm family.
 */
export async function compareSummary(
  db: Db,
  studyId: string,
  state: CompareState,
): Promise<CompareSummary> {
  const started = performance.now()
  const pairings = await pairSides(db, studyId, state)
  const reader = sideReader(db, studyId, state)
  const family = new PFamily()
  const metrics: CompareSummary['metrics'] = []
  for (const column of chosenColumns(db, studyId, state)) {
    metrics.push(await compareMetric(pairings, column, reader, state, family))
  }
  const tests = family.correct()
  const seedSets = pairings.map(describePairing)
  const sum = (key: 'rowsA' | 'rowsB' | 'aligned') =>
    seedSets.reduce((total, set) => total + set[key], 0)
  return {
    seedSets,
    rowsA: sum('rowsA'),
    rowsB: sum('rowsB'),
    aligned: sum('aligned'),
    metrics,
    tests,
    serverMs: performance.now() - started,
  }
}

function contentKey(strata: readonly Float64Array[]): string {
  const hash = createHash('sha256')
  for (const stratum of strata) {
    hash.update(`${stratum.length};`)
    hash.update(new Uint8Array(stratum.buffer, stratum.byteOffset, stratum.byteLength))
  }
  return hash.digest('base64')
}

async function keptInterval(
  strata: readonly Float64Array[],
  signal: AbortSignal | undefined,
): Promise<CompareInterval> {
  const key = contentKey(strata)
  const found = keptIntervals.get(key)
  if (found) return found
  const interval = await stratifiedBootstrap(strata, signal ? { signal } : {})
  keptIntervals.set(key, interval)
  if (keptIntervals.size > KEPT_INTERVALS) {
    keptIntervals.delete(keptIntervals.keys().next().value as string)
  }
  return interval
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
  const intervals: CompareIntervals['intervals'] = {}
  for (const column of chosenColumns(db, studyId, state)) {
    const parts = await readMetric(pairings, column, reader)
    if (findConflict(parts, column, reader)) continue
    const strata = parts.map((part) => {
      const { a, b } = pairedValues(part)
      return a.map((value, i) => value - (b[i] as number))
    })
    if (strata.every((stratum) => stratum.length === 0)) continue
    intervals[column.id] = await keptInterval(strata, signal)
  }
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

function pairBuilder(db: Db, pairings: readonly SeedSetPairing[], whole: boolean) {
  const readers = new Map<string, TextReader>()
  const readerOf = (pairing: SeedSetPairing, side: 'a' | 'b' | 'seeds') => {
    const cell = pairing[side]
    if (!cell) return null
    const reader = readers.get(cell.id) ?? textReader(db, cell, whole)
    readers.set(cell.id, reader)
    return reader
  }
  return (
    pairing: SeedSetPairing,
    at: number,
  ): Pick<ComparePair, 'seedSetKey' | 'slot' | 'seed' | 'a' | 'b'> => {
    const slot = pairing.pairs.slots[at] as number
    const a = readerOf(pairing, 'a')?.read(pairing.pairs.rowsA[at] as number)
    const b = readerOf(pairing, 'b')?.read(pairing.pairs.rowsB[at] as number)
    if (!a || !b) throw new AppError('conflict', 'The files changed meanwhile. Reload the page.')
    const seedRow = pairing.seedRows[slot] ?? -1
    const seed = seedRow < 0 ? null : (readerOf(pairing, 'seeds')?.read(seedRow) ?? null)
    return { seedSetKey: pairing.key, slot, seed, a, b }
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
  const pairings = await pairSides(db, studyId, state)
  const column: ColumnInfo | null = rowColumn(db, studyId, state)
  const reader = sideReader(db, studyId, state)
  const parts = column ? await readMetric(pairings, column, reader) : null
  const conflict = parts && column ? findConflict(parts, column, reader) : null
  await yieldToEventLoop()
  const all = places(pairings)
  const differences = Float64Array.from(all, ({ set, at }) =>
    parts && !conflict ? differenceAt(parts[set] as SeedSetValues, at) : NaN,
  )
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
  place: { seedSet: string; slot: number },
): Promise<Pick<ComparePair, 'seedSetKey' | 'slot' | 'seed' | 'a' | 'b'>> {
  const pairings = await pairSides(db, studyId, { ...state, seedSets: [place.seedSet] })
  const pairing = pairings[0]
  const at = pairing?.pairs.slots.indexOf(place.slot) ?? -1
  if (!pairing || at < 0) {
    throw new AppError('not_found', 'No pair of rows comes from this seed. Reload the page.')
  }
  return pairBuilder(db, pairings, true)(pairing, at)
}
