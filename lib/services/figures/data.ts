import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { runCells, runs, subsets } from '@/db/schema'
import { indexesToMask } from '@/lib/columns/filter'
import type { Column } from '@/lib/columns/column'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ArmInfo, ColumnInfo } from '@/lib/contracts/study'
import type {
  FigureColumnInfo,
  FigureData,
  FigureResults,
  FigureSeries,
  SeriesColumn,
} from '@/lib/figures/types'
import { currentCells, type CellRef } from '../cells'
import { columnReader, listColumns, type ColumnReader } from '../columns'
import { findSource } from '../columns/describe'
import { orderIn, placesInOrder } from '../columns/order'
import type { RunKey } from '../columns/runs'
import { yieldToEventLoop } from '../compare/slots'
import { operatorCodes } from '../rows/operators'
import { setRecordOf } from '../measures'
import { pairResults } from '../pairs/results'
import { keptResults } from '../results/kept'
import { exportedRows } from '../rows/exported'
import { select, selectRows, warmSelection } from '../rows/select'
import { listArms, listSeedSets } from '../studies/detail'
import { needsNoRun } from './columns'
import { lineageOf } from './lineage'

/** How far one run is in one cell. */
interface Progress {
  runNo: number
  cellNo: number
  done: number
  total: number
}

/** Rows of a cell that a figure shows; null = all positions. */
type Kept = Int32Array | null

const NO_OPERATOR = 255
const NONE = new Float64Array(0)

/** The column of a cell that values were cut out of, by those values. */
const origins = new WeakMap<SeriesColumn['values'], { column: Column; kept: Kept }>()

function progressOf(db: Db, studyId: string): Progress[] {
  return db
    .select({
      runNo: runCells.runNo,
      cellNo: runCells.cellNo,
      done: runCells.done,
      total: runCells.total,
    })
    .from(runCells)
    .innerJoin(runs, eq(runCells.runNo, runs.no))
    .where(and(eq(runs.studyId, studyId), isNull(runs.deletedAt)))
    .all()
}

/** Returns the name of the model of each run, as the run's card has it, and what it recorded of cells. */
export function factsOf(db: Db, runIds: readonly string[]) {
  const found = db
    .select({ id: runs.id, definition: runs.definition, record: runs.record })
    .from(runs)
    .where(inArray(runs.id, [...runIds]))
    .all()
  return new Map(
    found.map(({ id, definition, record }) => {
      const name = definition.model?.['model']
      return [id, { model: typeof name === 'string' ? name : null, notes: record.notes }]
    }),
  )
}

function pick(
  db: Db,
  column: Column,
  kept: Kept,
): Pick<SeriesColumn, 'values' | 'status' | 'width' | 'order'> {
  const { values, status, width } = column
  const order = (entry: number) => orderIn(db, column, { kept, entry })
  if (!kept) {
    origins.set(values, { column, kept })
    return { values, status, width, order }
  }
  const picked = new Float64Array(kept.length * width)
  const codes = new Uint8Array(kept.length)
  for (let i = 0; i < kept.length; i += 1) {
    const row = kept[i] as number
    codes[i] = status[row] as number
    if (width === 1) picked[i] = values[row] as number
    else
      for (let k = 0; k < width; k += 1) picked[i * width + k] = values[row * width + k] as number
  }
  origins.set(picked, { column, kept })
  return { values: picked, status: codes, width, order }
}

/** Returns how rows of several series are put in order without sorting. */
function sorterOf(db: Db): NonNullable<FigureData['sorted']> {
  return (series, columnIds, placeOf, scratch) => {
    const cells = series.map(({ columns }) => {
      const found = columnIds.flatMap((id) => origins.get(columns[id]?.values ?? NONE) ?? [])
      return { columns: found.map(({ column }) => column), kept: found[0]?.kept ?? null }
    })
    const areAllThere = cells.every(({ columns }) => columns.length === columnIds.length)
    return areAllThere ? placesInOrder(db, cells, placeOf, scratch) : null
  }
}

/** The run to read in a cell: the shown definition where it was asked, else the newest other run that was. */
function runFor(shown: RunKey, cell: CellRef, reader: ColumnReader, progress: readonly Progress[]) {
  const inCell = progress.filter((entry) => entry.cellNo === cell.no)
  const asked = (run: RunKey) => inCell.some((entry) => entry.runNo === run.no)
  const sameMetric = reader.runs.filter((run) => run.metricId === shown.metricId)
  const own = sameMetric.filter((run) => run.definitionHash === shown.definitionHash && asked(run))
  // A run of another definition that has nothing yet would only be named as a conflict, for instance while its model is
  // not known and it may turn out to be of the shown one.
  const begun = (run: RunKey) => inCell.some((entry) => entry.runNo === run.no && entry.done > 0)
  const run = own[0] ?? sameMetric.find(begun) ?? null
  if (!run) return null
  const numbers = new Set(own.length > 0 ? own.map((one) => one.no) : [run.no])
  // Runs of one definition extend each other: the largest says how far the cell is.
  const largest = inCell
    .filter((entry) => numbers.has(entry.runNo))
    .toSorted((a, b) => b.total - a.total)[0]
  const furthest = sameMetric.find(({ no }) => no === largest?.runNo) ?? run
  const { done, total } = largest ?? { done: 0, total: 0 }
  return { run, furthest, isShown: own.length > 0, done, total }
}

function readColumn(
  db: Db,
  reader: ColumnReader,
  info: ColumnInfo,
  cell: CellRef,
  kept: Kept,
  progress: readonly Progress[],
): SeriesColumn | null {
  // What is not known of single rows is of the whole cell or of nothing.
  const isCut = kept !== null && kept.length < cell.rowCount - cell.skipped.length
  if (isCut && poolIn(info.id)) return null
  const shown = reader.runOf(info.id)
  if (!shown) {
    if (!needsNoRun(info.id)) return null
    const rows = cell.rowCount - cell.skipped.length
    const base = { definitionHash: '', runId: null, model: null, done: rows, total: rows }
    return { ...pick(db, reader.read(info.id, cell), kept), ...base }
  }
  const found = runFor(shown, cell, reader, progress)
  if (!found) return null
  const { run, furthest, isShown, done, total } = found
  const column = reader.read(isShown ? info.id : `${info.id.split('@')[0]}@${run.id}`, cell)
  // Numbers of a set do not add up over runs: those of the run with most rows speak for the cell.
  const runId = setsOf(info.id) ? furthest.id : run.id
  const base = { definitionHash: run.definitionHash, runId, model: null, done, total }
  return { ...pick(db, column, kept), ...base }
}

/** The formulas among the columns, with the runs that they read. */
function formulasOf(
  db: Db,
  reader: ColumnReader,
  infos: readonly ColumnInfo[],
): Pick<FigureData, 'formulas'> {
  const found = infos.flatMap(({ id }) => {
    const source = reader.sourceOf(id)
    return source.kind === 'formula' ? [source.stored] : []
  })
  if (found.length === 0) return {}
  const facts = factsOf(
    db,
    found.flatMap(({ column }) => reader.runsBehind(column).map(({ id }) => id)),
  )
  const formulas = found.map(({ name, text, hash, column }) => ({
    name,
    text,
    hash,
    runs: reader.runsBehind(column).map(({ id, definitionHash }) => ({
      runId: id,
      definitionHash,
      model: facts.get(id)?.model ?? null,
    })),
  }))
  return { formulas }
}

function operatorsOf(db: Db, cell: CellRef, kept: Kept) {
  const { names, codes } = operatorCodes(db, cell.no, cell.rowCount)
  const picked = new Uint8Array(kept ? kept.length : codes.length)
  for (let i = 0; i < picked.length; i += 1) {
    const code = codes[kept ? (kept[i] as number) : i] as number
    picked[i] = code === 0 ? NO_OPERATOR : code - 1
  }
  return { names, codes: picked }
}

/** The numbers of a set that lie beside a column, undefined where it is one of rows. */
function setsOf(columnId: string) {
  const source = findSource(columnId)
  return source?.kind === 'measured' ? source.metric.set?.outputs : undefined
}

function poolIn(columnId: string): boolean {
  const source = findSource(columnId)
  return source?.kind === 'measured' && source.output.isPool === true
}

/** Returns what a figure is told of a column. */
export function toInfo(info: ColumnInfo): FigureColumnInfo {
  const { id, label, shortLabel, unit, levels, direction, directionMeans, range } = info
  const sets = setsOf(id)
  const base = { id, label, shortLabel, unit, levels, direction, directionMeans, range }
  return { ...base, ...(sets ? { sets } : {}), ...(poolIn(id) ? { isPool: true } : {}) }
}

function seriesOf(
  cell: CellRef,
  n: number,
  seedSetLabel: string,
  arm: ArmInfo | null,
): FigureSeries {
  return {
    key: cell.id,
    seedSetKey: cell.seedSetKey,
    seedSetLabel,
    armKey: cell.armKey,
    armLabel: arm?.label ?? 'Seeds',
    armClass: arm?.armClass ?? null,
    colorIndex: arm?.colorIndex ?? 0,
    round: cell.round,
    cellId: cell.id,
    n,
    cellRows: cell.rowCount - cell.skipped.length,
    columns: {},
  }
}

/** One byte for each of the kept rows: 1 where it is among `held`. */
function membersOf(cell: CellRef, kept: Int32Array, held: Int32Array | undefined): Uint8Array {
  const isIn = indexesToMask(held ?? [], cell.rowCount)
  return Uint8Array.from(kept, (row) => isIn[row] as number)
}

/** Returns the benchmark results of a study as figures read them. */
export function resultsOf(db: Db, studyId: string): FigureResults {
  const results = [...keptResults(db, studyId).results, ...pairResults(db, studyId)]
  const used = results.flatMap(({ mapping }) => mapping.subsetId ?? [])
  const named = { id: subsets.id, name: subsets.name, rows: subsets.rowCount }
  return {
    own: results,
    arms: listArms(db, studyId),
    seedSets: listSeedSets(db, studyId).map(({ key, label }) => ({ key, label })),
    exports: db
      .select(named)
      .from(subsets)
      .where(inArray(subsets.id, [...new Set(used)]))
      .all(),
  }
}

/**
 * Returns the columns of a study's cells as a figure reads them, cut to the rows that the filter keeps. Columns that the
 * study's metrics do not know are absent.
 */
export async function loadFigureData(
  db: Db,
  studyId: string,
  request: {
    columns: readonly string[]
    operators: boolean
    lineage: boolean
    filter: RowFilter
    /** Whether the benchmark results are wanted, too. */
    results?: boolean
    /** Ids of the saved exports whose rows are wanted. */
    exports?: readonly string[]
  },
): Promise<FigureData> {
  const { filter, operators } = request
  const results = request.results ? { results: resultsOf(db, studyId) } : {}
  const exports = (request.exports ?? []).map((id) => ({ id, ...exportedRows(db, studyId, id) }))
  if (request.columns.length === 0 && exports.length === 0) {
    return { series: [], columns: {}, ...results }
  }
  for (const one of exports) await warmSelection(db, studyId, one.filter, [])
  const held = exports.map(({ id, filter: own }) => [id, selectRows(db, studyId, own)] as const)
  const infos = listColumns(db, studyId, { all: true }).filter((info) =>
    request.columns.includes(info.id),
  )
  await warmSelection(
    db,
    studyId,
    filter,
    infos.flatMap(({ id }) => (poolIn(id) ? [] : [id])),
  )
  const reader = columnReader(db, studyId, { pools: true })
  const progress = progressOf(db, studyId)
  const seedSets = new Map(listSeedSets(db, studyId).map((set) => [set.key, set.label]))
  const arms = new Map(listArms(db, studyId).map((arm) => [arm.key, arm]))
  const series: FigureSeries[] = []
  const descent = request.lineage
    ? {
        cells: currentCells(db, studyId),
        columns: infos.map((info) => info.id),
        read: (id: string, of: CellRef) => {
          const info = infos.find((one) => one.id === id)
          return info ? readColumn(db, reader, info, of, null, progress) : null
        },
      }
    : null
  for (const { cell, rows } of select(db, studyId, filter).cells) {
    const kept = rows.length === cell.rowCount ? null : rows
    const arm = cell.armKey === null ? null : (arms.get(cell.armKey) ?? null)
    const label = seedSets.get(cell.seedSetKey) ?? cell.seedSetKey
    const one = seriesOf(cell, rows.length, label, arm)
    for (const info of infos) {
      const column = readColumn(db, reader, info, cell, kept, progress)
      if (column) one.columns[info.id] = column
    }
    if (held.length > 0) {
      one.members = Object.fromEntries(
        held.map(([id, byCell]) => [id, membersOf(cell, rows, byCell.get(cell.no))]),
      )
    }
    if (operators && cell.armKey !== null) one.operators = operatorsOf(db, cell, kept)
    if (descent) one.lineage = await lineageOf(db, cell, kept, descent)
    series.push(one)
    await yieldToEventLoop()
  }
  const runIds = series.flatMap((one) =>
    Object.values(one.columns).flatMap((column) => (column.runId === null ? [] : [column.runId])),
  )
  const facts = factsOf(db, [...new Set(runIds)])
  const columns = Object.fromEntries(
    infos.map((info) => {
      const words = reader.dictionary(info.id)?.words()
      return [info.id, { ...toInfo(info), ...(words ? { words } : {}) }]
    }),
  )
  const formulas = formulasOf(db, reader, infos)
  for (const one of series) {
    for (const [id, column] of Object.entries(one.columns)) {
      const { model, notes } = facts.get(column.runId ?? '') ?? { model: null, notes: {} }
      column.model = model
      if (!columns[id]?.sets) continue
      column.record = column.done === column.total ? setRecordOf(notes, one.cellId) : null
    }
  }
  const sorted = sorterOf(db)
  if (exports.length === 0) return { series, columns, sorted, ...results, ...formulas }
  const sets = exports.map(({ id, name, written }, k) => {
    const rows = [...(held[k]?.[1].values() ?? [])].reduce((sum, part) => sum + part.length, 0)
    return { id, name, written, rows }
  })
  return { series, columns, sorted, exports: sets, ...results, ...formulas }
}
