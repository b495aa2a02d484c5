import type { Db } from '@/db/client'
import type { Facets } from '@/lib/contracts/facets'
import type { RowFilter } from '@/lib/contracts/filter'
import { MARK_KINDS } from '@/lib/contracts/rows'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { CellRef } from '../cells'
import { getStudy } from '../studies'
import { cellMarks, markedRows, tagsIn } from './annotations/marks'
import { columnCounter, KEPT, type Failures, type JudgedCell } from './facet-columns'
import { operatorCodes } from './operators'
import { rankingOf } from '@/lib/contracts/filter-parts'
import { openParts, sampleSize, select, warmSelection, type OpenedParts } from './select'

/** A row that fails more than one part, or one that nothing is counted without. */
const OUT = 0xffff

const ORIGINS = ['seedSets', 'arms', 'rounds'] as const
type Origin = (typeof ORIGINS)[number]

/** Parts of a filter that are counted without themselves, by name, numbered from 1. */
function numberFacets({ parts }: OpenedParts): Map<string, number> {
  const names = new Set(parts.flatMap(({ facet }) => (facet === null ? [] : [facet])))
  return new Map([...names].map((name, k) => [name, k + 1]))
}

function judge(
  cell: CellRef,
  { parts }: OpenedParts,
  facets: ReadonlyMap<string, number>,
): Failures {
  const failures = new Uint16Array(cell.rowCount)
  for (const idx of cell.skipped) failures[idx] = OUT
  for (const { facet, keptIn } of parts) {
    const mask = keptIn(cell)
    const own = facet === null ? OUT : (facets.get(facet) as number)
    for (let row = 0; row < failures.length; row++) {
      if (mask[row] === 1) continue
      const before = failures[row] as number
      failures[row] = before === KEPT || before === own ? own : OUT
    }
  }
  return failures
}

function countKept(failures: Failures): number {
  let n = 0
  for (let row = 0; row < failures.length; row++) if (failures[row] === KEPT) n += 1
  return n
}

function keyOf(cell: CellRef, origin: Origin): string {
  if (origin === 'seedSets') return cell.seedSetKey
  return origin === 'arms' ? (cell.armKey ?? SEEDS_KEY) : String(cell.round)
}

function failedOrigins(cell: CellRef, filter: RowFilter): Origin[] {
  return ORIGINS.filter((origin) => {
    const wanted: readonly (string | number)[] = filter[origin]
    return wanted.length > 0 && !wanted.map(String).includes(keyOf(cell, origin))
  })
}

type Tally = Map<string, number>

function add(tally: Tally, key: string, rows: number): void {
  tally.set(key, (tally.get(key) ?? 0) + rows)
}

function listed(tally: Tally): { key: string; rows: number }[] {
  return [...tally].map(([key, rows]) => ({ key, rows }))
}

function countOperators(db: Db, judged: readonly JudgedCell[], own: number): Tally {
  const tally: Tally = new Map()
  for (const { cell, failures, isInside } of judged) {
    const { names, codes } = operatorCodes(db, cell.no, cell.rowCount)
    const counts = new Uint32Array(names.length + 1)
    for (let row = 0; isInside && row < failures.length; row++) {
      const failed = failures[row] as number
      if (failed === KEPT || failed === own) counts[codes[row] as number]! += 1
    }
    for (const [k, name] of names.entries()) add(tally, name, counts[k + 1] as number)
  }
  return tally
}

/** Counts the rows of each name among those that pass, or that fail this part of the filter alone. */
function countNamed(
  judged: readonly JudgedCell[],
  own: number,
  namesOf: (cell: CellRef) => readonly (readonly [string, ArrayLike<number>])[],
): Tally {
  const tally: Tally = new Map()
  for (const { cell, failures, isInside } of judged) {
    for (const [name, has] of namesOf(cell)) {
      let rows = 0
      for (let row = 0; isInside && row < failures.length; row++) {
        const failed = failures[row] as number
        if (has[row] !== 0 && (failed === KEPT || failed === own)) rows += 1
      }
      add(tally, name, rows)
    }
  }
  return tally
}

/**
 * Returns what a filter leaves to choose from, all parts and columns of it in one pass: how many parts a row fails decides
 * which of them count it. Throws `not_found` for an unknown study or column.
 */
export async function countFacets(
  db: Db,
  studyId: string,
  { filter, columns }: { filter: RowFilter; columns: readonly string[] },
  signal?: AbortSignal,
): Promise<Facets> {
  const started = performance.now()
  getStudy(db, studyId)
  // As a sample, what is chosen among the kept rows is drawn after what is counted.
  const { ranked, rest } = rankingOf(filter)
  const everywhere = { ...rest, seedSets: [], arms: [], rounds: [] }
  await warmSelection(db, studyId, everywhere, columns, signal)
  if (ranked.length > 0) await warmSelection(db, studyId, filter, [], signal)
  const opened = openParts(db, studyId, rest)
  const facets = numberFacets(opened)
  const facetOf = (name: string) => facets.get(name) ?? KEPT
  const origins: Record<Origin, Tally> = { seedSets: new Map(), arms: new Map(), rounds: new Map() }
  let kept = 0
  const judged = opened.cells.map((cell): JudgedCell => {
    const failures = judge(cell, opened, facets)
    const failed = failedOrigins(cell, filter)
    const rows = countKept(failures)
    if (failed.length === 0) kept += rows
    for (const origin of ORIGINS) {
      const isOnly = failed.every((one) => one === origin)
      add(origins[origin], keyOf(cell, origin), isOnly ? rows : 0)
    }
    return { cell, failures, isInside: failed.length === 0 }
  })
  const marksOf = (cell: CellRef) =>
    MARK_KINDS.map((kind) => [kind, markedRows(db, cell, { kinds: [kind] })] as const)
  const count = columnCounter(db, studyId, opened)
  return {
    total: ranked.length > 0 ? select(db, studyId, filter).total : sampleSize(filter.sample, kept),
    outOf: opened.outOf,
    seedSets: listed(origins.seedSets),
    arms: listed(origins.arms),
    rounds: listed(origins.rounds),
    operators: listed(countOperators(db, judged, facetOf('operators'))),
    marks: listed(countNamed(judged, facetOf('marks'), marksOf)).filter(({ rows }) => rows > 0),
    tags: listed(countNamed(judged, facetOf('tags'), (cell) => tagsIn(cellMarks(db, cell)))),
    columns: columns.map((column) => count(column, judged, facetOf(`column ${column}`))),
    page: null,
    serverMs: Math.round((performance.now() - started) * 10) / 10,
  }
}
