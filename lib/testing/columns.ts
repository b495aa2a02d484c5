import { randomUUID } from 'node:crypto'
import type { Db } from '@/db/client'
import { columnChunks, runCells, runs } from '@/db/schema'
import { CHUNK_ROWS, chunkOf } from '@/lib/columns/chunks'
import { columnOf, type Column } from '@/lib/columns/column'
import { carriesValue } from '@/lib/contracts/status'
import { getMetric } from '@/lib/metrics'
import { emptyRecord } from '@/lib/services/runs/definition'

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

function storeCell(db: Db, runNo: number, cell: StoredRun['cells'][number]): void {
  let total = 0
  let valued = 0
  for (const [output, values] of Object.entries(cell.outputs)) {
    const column = values instanceof Float64Array ? columnOf(values) : values
    total = column.n
    valued = column.status.filter(carriesValue).length
    for (let chunk = 0; chunk * CHUNK_ROWS < column.n; chunk++) {
      const stored = chunkOf(column, chunk)
      db.insert(columnChunks)
        .values({
          runNo,
          cellNo: cell.cellNo,
          output,
          ...stored,
          values: Buffer.from(stored.values),
          status: Buffer.from(stored.status),
        })
        .run()
    }
  }
  db.insert(runCells)
    .values({ runNo, cellNo: cell.cellNo, total, done: total, valued, version: 1, finishedAt: 0 })
    .run()
}
