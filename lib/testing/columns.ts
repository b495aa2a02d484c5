import { randomUUID } from 'node:crypto'
import type { Db } from '@/db/client'
import { runCells, runs } from '@/db/schema'
import type { Column } from '@/lib/columns/column'
import { carriesValue, statusCode } from '@/lib/contracts/status'
import { getMetric } from '@/lib/metrics'
import type { OutputSpec } from '@/lib/metrics/types'
import { ColumnWriter } from '@/lib/services/columns/writer'
import { emptyRecord } from '@/lib/services/runs/definition'

/** Returns a column in which every row holds its given number with status `ok`. */
export function columnOf(values: Float64Array): Column {
  const status = new Uint8Array(values.length).fill(statusCode('ok'))
  return { values, status, width: 1, n: values.length }
}

/** Stores distances of 12 rows of each file, spread over 0 to 1; those of the fourth rows failed. */
export function storeDistances(
  { db, studyId }: { db: Db; studyId: string },
  cells: readonly { no: number }[],
): void {
  storeRun(db, studyId, {
    metric: 'mnd',
    cells: cells.map(({ no }, k) => {
      const mnd = columnOf(Float64Array.from({ length: 12 }, (_, row) => ((row * 7 + k) % 12) / 12))
      mnd.status[3] = statusCode('error')
      return { cellNo: no, outputs: { mnd } }
    }),
  })
}

/** A run to be stored, for tests and benchmarks: columns by cell key and output. */
export interface StoredRun {
  metric: string
  /** Default `hash`. */
  definitionHash?: string
  pinned?: boolean
  cells: { cellNo: number; outputs: Record<string, Column | Float64Array> }[]
}

/** Stores a finished run and returns its key and id. */
export function storeRun(db: Db, studyId: string, run: StoredRun): { no: number; id: string } {
  const metric = getMetric(run.metric)
  const record = { ...emptyRecord(null), startedAt: 0, finishedAt: 0, appVersion: 'test' }
  const { no, id } = db
    .insert(runs)
    .values({
      id: randomUUID(),
      studyId,
      metricId: run.metric,
      metricVersion: metric.version,
      definition: {
        metric: run.metric,
        metricVersion: metric.version,
        params: {},
        model: null,
        prompts: [],
      },
      definitionHash: run.definitionHash ?? 'hash',
      rowSet: { kind: 'all' },
      record,
      pinned: run.pinned ?? false,
      createdAt: Date.now(),
    })
    .returning({ no: runs.no, id: runs.id })
    .get()
  for (const cell of run.cells) storeCell(db, no, cell)
  return { no, id }
}

/** Returns the spec under which a column is written; only its shape matters to the writer. */
function specOf(key: string, column: Column): OutputSpec {
  return {
    key,
    label: key,
    shape: column.width === 1 ? 'scalar' : 'vector',
    length: column.width,
    dtype: column.values instanceof Float32Array ? 'f32' : 'f64',
    unit: '',
    direction: 'none',
    directionMeans: '',
    description: '',
  }
}

/** Stores the columns of one cell through the writer that jobs use; every row counts as done. */
export function storeCell(db: Db, runNo: number, cell: StoredRun['cells'][number]): void {
  const columns = Object.entries(cell.outputs).map(
    ([key, values]) => [key, values instanceof Float64Array ? columnOf(values) : values] as const,
  )
  const total = columns[0]?.[1].n ?? 0
  const specs = columns.map(([key, column]) => specOf(key, column))
  const writer = new ColumnWriter(db, runNo, cell.cellNo, total, specs)
  const rows = Int32Array.from({ length: total }, (_, row) => row)
  const written = columns.map(([key, { values, status }]) => [
    key,
    { values: Float64Array.from(values), status },
  ])
  writer.setColumns(rows, { columns: Object.fromEntries(written), record: {} })
  writer.flush()
  const valued = columns.at(-1)?.[1].status.filter(carriesValue).length ?? 0
  db.insert(runCells)
    .values({ runNo, cellNo: cell.cellNo, total, done: total, valued, version: 1, finishedAt: 0 })
    .run()
}
