import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells, runs } from '@/db/schema'
import { emptyColumn } from '@/lib/columns/column'
import { statusCode, type StatusName } from '@/lib/contracts/status'
import { emptyRecord } from '@/lib/services/runs/definition'
import { storeCell } from './columns'

/** One value a row, or the reason why there is none. */
export type TestValue = number | StatusName

/** Adds a finished run with the given values of one output, for tests; returns its id. `hash` stands for the definition. */
export function addTestRun(
  db: Db,
  run: { studyId: string; metric: string; output: string; hash: string },
  values: Record<string, readonly TestValue[]>,
): string {
  const id = randomUUID()
  const { no } = db
    .insert(runs)
    .values({
      id,
      studyId: run.studyId,
      metricId: run.metric,
      metricVersion: 1,
      definition: { metric: run.metric, metricVersion: 1, params: {}, model: null, prompts: [] },
      definitionHash: run.hash,
      rowSet: { kind: 'all' },
      record: emptyRecord(null),
      createdAt: Date.now(),
    })
    .returning({ no: runs.no })
    .get()
  for (const [cellId, entries] of Object.entries(values))
    addValues(db, no, cellId, run.output, entries)
  return id
}

function addValues(
  db: Db,
  runNo: number,
  cellId: string,
  output: string,
  entries: readonly TestValue[],
): void {
  const cell = db.select().from(cells).where(eq(cells.id, cellId)).get()
  if (!cell) throw new Error(`There is no cell ${cellId}.`)
  const column = emptyColumn(entries.length)
  entries.forEach((entry, row) => {
    column.status[row] = statusCode(typeof entry === 'number' ? 'ok' : entry)
    if (typeof entry === 'number') column.values[row] = entry
  })
  storeCell(db, runNo, { cellNo: cell.no, outputs: { [output]: column } })
}
