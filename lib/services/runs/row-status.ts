import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead, hotWrite } from '@/db/hot-sql'
import { cells, runCells } from '@/db/schema'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import { carriesValue, statusCode, statusOf } from '@/lib/contracts/status'

/** Pseudo output that holds one status byte a row: whether the row belongs to the run, and how it ended. */
export const ROW_OUTPUT = '_row'

/** Byte of a row that the run's row set leaves out; not a status, and never shown. */
export const OUTSIDE = 255

/** Byte of a row that is still to be done. */
export const PENDING = statusCode('not_run')

/** Counts over the rows of a run in one cell. */
export interface RowCounts {
  total: number
  done: number
  valued: number
  /** Status name -> rows, pending ones left out. */
  reasons: Record<string, number>
}

/** Returns the counts of a cell's row status bytes. */
export function countRows(status: Uint8Array): RowCounts {
  const byCode = new Uint32Array(256)
  for (const code of status) byCode[code] = (byCode[code] as number) + 1
  const counts: RowCounts = { total: 0, done: 0, valued: 0, reasons: {} }
  byCode.forEach((count, code) => {
    if (count === 0 || code === OUTSIDE) return
    counts.total += count
    if (code === PENDING) return
    counts.done += count
    if (carriesValue(code)) counts.valued += count
    counts.reasons[statusOf(code).name] = count
  })
  return counts
}

/** Returns the sums of the counts of several cells. */
export function sumCounts(all: Iterable<RowCounts>): RowCounts {
  const sum: RowCounts = { total: 0, done: 0, valued: 0, reasons: {} }
  for (const counts of all) {
    sum.total += counts.total
    sum.done += counts.done
    sum.valued += counts.valued
    for (const [name, count] of Object.entries(counts.reasons)) {
      sum.reasons[name] = (sum.reasons[name] ?? 0) + count
    }
  }
  return sum
}

/** Returns the row status bytes of a run in a cell; rows without a stored chunk are pending. */
export function readRowStatus(db: Db, runNo: number, cellNo: number, rowCount: number): Uint8Array {
  const status = new Uint8Array(rowCount)
  const stored = hotRead(db, {
    why: 'reads the status of every row of a file',
    sql: 'select chunk, status from column_chunks where run_no = ? and cell_no = ? and output = ? order by chunk',
    row: z.object({ chunk: z.number(), status: z.instanceof(Uint8Array) }),
  }).all(runNo, cellNo, ROW_OUTPUT)
  for (const { chunk, status: bytes } of stored) {
    const start = chunk * CHUNK_ROWS
    if (start < rowCount) status.set(bytes.subarray(0, rowCount - start), start)
  }
  return status
}

/** Returns the counts of a run over its current cells; superseded ones are read by nobody, so they do not count. */
export function countRun(db: Db, runNo: number): RowCounts {
  const parts = db
    .select({ cellNo: runCells.cellNo, rowCount: cells.rowCount })
    .from(runCells)
    .innerJoin(cells, eq(cells.no, runCells.cellNo))
    .where(and(eq(runCells.runNo, runNo), isNull(cells.supersededAt)))
    .all()
  return sumCounts(
    parts.map(({ cellNo, rowCount }) => countRows(readRowStatus(db, runNo, cellNo, rowCount))),
  )
}

/** Writes the row status bytes of the given chunks; call it in a transaction. */
export function writeRowStatus(
  db: Db,
  runNo: number,
  cellNo: number,
  status: Uint8Array,
  chunks: Iterable<number>,
): void {
  const write = hotWrite(db, {
    why: 'every second while a job computes',
    sql: `insert into column_chunks (run_no, cell_no, output, chunk, dtype, width, row_count, "values", status)
     values (?, ?, '${ROW_OUTPUT}', ?, 'f32', 0, ?, x'', ?)
     on conflict do update set status = excluded.status, row_count = excluded.row_count`,
  })
  for (const chunk of chunks) {
    const bytes = status.slice(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS)
    write.run(runNo, cellNo, chunk, bytes.length, Buffer.from(bytes.buffer))
  }
}

/** Returns the numbers of all chunks of a cell. */
export function allChunks(rowCount: number): number[] {
  return Array.from({ length: Math.ceil(rowCount / CHUNK_ROWS) }, (_, chunk) => chunk)
}
