import type { RawRow } from '../types'

/** Rows of 16 MB are legal, and a batch of hundreds of them would not fit into memory. */
const MAX_BATCH_BYTES = 8 << 20

/** Rows that are handed over together: as many as asked for, fewer where they are long. */
export class RowBatch {
  rows: RawRow[] = []
  private bytes = 0

  constructor(private readonly maxRows: number) {}

  get isFull(): boolean {
    return this.rows.length >= this.maxRows || this.bytes >= MAX_BATCH_BYTES
  }

  add(row: RawRow, sizeBytes: number): void {
    this.rows.push(row)
    this.bytes += sizeBytes
  }

  /** Returns the rows and starts afresh. */
  take(): RawRow[] {
    const { rows } = this
    this.rows = []
    this.bytes = 0
    return rows
  }
}
