import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead, hotWrite } from '@/db/hot-sql'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import { carriesValue, statusCode } from '@/lib/contracts/status'
import type { CellResult, OutputSpec, RowResult } from '@/lib/metrics/types'
import { allChunks, PENDING, readRowStatus, writeRowStatus } from '../runs/row-status'

interface OpenOutput {
  values: Float64Array | Float32Array
  status: Uint8Array
}

const storedOutputSchema = z.object({
  output: z.string(),
  values: z.instanceof(Uint8Array),
  status: z.instanceof(Uint8Array),
})

function widthOf(spec: OutputSpec): number {
  return spec.shape === 'vector' ? (spec.length ?? 1) : 1
}

function floats(spec: OutputSpec, entries: number): Float64Array | Float32Array {
  return spec.dtype === 'f32'
    ? new Float32Array(entries).fill(NaN)
    : new Float64Array(entries).fill(NaN)
}

const MISSING = statusCode('not_applicable')

/**
 * Holds the chunks of one run in one cell that are being filled, and writes those that changed. Rows may come in any
 * order. Nothing is stored before `flush`, which belongs into a transaction together with the counts.
 */
export class ColumnWriter {
  /** One status byte a row of the cell; see ROW_OUTPUT. */
  readonly rowStatus: Uint8Array
  private readonly open = new Map<number, Map<string, OpenOutput>>()
  private readonly dirty = new Set<number>()

  constructor(
    private readonly db: Db,
    private readonly runNo: number,
    private readonly cellNo: number,
    private readonly rowCount: number,
    private readonly outputs: readonly OutputSpec[],
  ) {
    this.rowStatus = readRowStatus(db, runNo, cellNo, rowCount)
  }

  /** Stores one row's result in memory. A value that is absent under a status that promises one reads `not_applicable`. */
  setRow(result: RowResult): void {
    const chunk = Math.floor(result.index / CHUNK_ROWS)
    const at = result.index - chunk * CHUNK_ROWS
    const held = this.load(chunk)
    for (const spec of this.outputs) {
      const column = held.get(spec.key) as OpenOutput
      const width = widthOf(spec)
      const value = result.values[spec.key] ?? null
      const code = statusCode(result.statuses?.[spec.key] ?? result.status)
      column.status[at] = value === null && carriesValue(code) ? MISSING : code
      const list = typeof value === 'number' ? [value] : (value ?? [])
      for (let i = 0; i < width; i += 1) column.values[at * width + i] = list[i] ?? NaN
    }
    this.rowStatus[result.index] = statusCode(result.status)
    this.dirty.add(chunk)
  }

  /** Stores whole columns: entry i of each belongs to row `indices[i]`. The first output's status is the row's. */
  setColumns(indices: Int32Array, result: CellResult): void {
    const first = this.outputs[0]
    indices.forEach((index, i) => {
      const chunk = Math.floor(index / CHUNK_ROWS)
      const at = index - chunk * CHUNK_ROWS
      const held = this.load(chunk)
      for (const spec of this.outputs) {
        const source = result.columns[spec.key]
        const column = held.get(spec.key) as OpenOutput
        const width = widthOf(spec)
        column.status[at] = source?.status[i] ?? MISSING
        for (let k = 0; k < width; k += 1)
          column.values[at * width + k] = source?.values[i * width + k] ?? NaN
      }
      this.rowStatus[index] = (first && result.columns[first.key]?.status[i]) ?? MISSING
      this.dirty.add(chunk)
    })
  }

  /** Makes rows pending again. */
  clearRows(indices: readonly number[]): void {
    for (const index of indices) {
      const chunk = Math.floor(index / CHUNK_ROWS)
      const at = index - chunk * CHUNK_ROWS
      for (const [key, column] of this.load(chunk)) {
        const width = widthOf(this.outputs.find((spec) => spec.key === key) as OutputSpec)
        column.status[at] = PENDING
        column.values.fill(NaN, at * width, (at + 1) * width)
      }
      this.rowStatus[index] = PENDING
      this.dirty.add(chunk)
    }
  }

  /** Writes the chunks that changed. The memory stays as it is until `saved`, because the transaction may yet fail. */
  flush(): void {
    const write = hotWrite(this.db, {
      why: 'every second while a job computes',
      sql: `insert into column_chunks (run_no, cell_no, output, chunk, dtype, width, row_count, "values", status)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict do update set dtype = excluded.dtype, width = excluded.width, row_count = excluded.row_count,
         "values" = excluded."values", status = excluded.status`,
    })
    for (const chunk of this.dirty) {
      for (const spec of this.outputs) {
        const column = this.open.get(chunk)?.get(spec.key) as OpenOutput
        const values = Buffer.from(column.values.buffer)
        const { dtype, key } = spec
        write.run(
          this.runNo,
          this.cellNo,
          key,
          chunk,
          dtype,
          widthOf(spec),
          column.status.length,
          values,
          column.status,
        )
      }
    }
    writeRowStatus(this.db, this.runNo, this.cellNo, this.rowStatus, this.dirty)
  }

  /** Tells that the transaction went through; chunks without pending rows leave the memory. */
  saved(): void {
    this.dirty.clear()
    for (const chunk of this.open.keys()) {
      const part = this.rowStatus.subarray(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS)
      if (!part.includes(PENDING)) this.open.delete(chunk)
    }
  }

  /** Returns the chunks of the cell that have pending rows. */
  pendingChunks(): number[] {
    return allChunks(this.rowCount).filter((chunk) =>
      this.rowStatus.subarray(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS).includes(PENDING),
    )
  }

  private load(chunk: number): Map<string, OpenOutput> {
    const held = this.open.get(chunk)
    if (held) return held
    const rows = Math.min(CHUNK_ROWS, this.rowCount - chunk * CHUNK_ROWS)
    const stored = hotRead(this.db, {
      why: 'every second while a job computes',
      sql: 'select output, "values", status from column_chunks where run_no = ? and cell_no = ? and chunk = ?',
      row: storedOutputSchema,
    }).all(this.runNo, this.cellNo, chunk)
    const fresh = new Map(
      this.outputs.map((spec) => {
        const values = floats(spec, rows * widthOf(spec))
        const status = new Uint8Array(rows)
        const found = stored.find((entry) => entry.output === spec.key)
        if (found && found.values.byteLength === values.byteLength) {
          new Uint8Array(values.buffer).set(found.values)
          status.set(found.status.subarray(0, rows))
        }
        return [spec.key, { values, status }] as const
      }),
    )
    this.open.set(chunk, fresh)
    return fresh
  }
}
