import { AppError } from '@/lib/errors'
import { emptyColumn, type Column } from './column'

/** 4,096 rows: a chunk of doubles is 32 KiB, so rewriting the open chunk at each commit stays cheap. */
export const CHUNK_ROWS = 4096

/** One stored chunk: little-endian floats, `width` a row, and a status byte a row. */
export interface StoredChunk {
  chunk: number
  dtype: 'f64' | 'f32'
  width: number
  rowCount: number
  values: Uint8Array
  status: Uint8Array
}

/** Returns the column of n rows that the chunks hold; rows without a chunk are `not_run`. Throws `internal` for a torn chunk. */
export function assembleColumn(chunks: readonly StoredChunk[], n: number): Column {
  const first = chunks[0]
  if (!first) return emptyColumn(n)
  const column = emptyColumn(n, first.width, first.dtype)
  const bytesPerRow = first.width * (first.dtype === 'f32' ? 4 : 8)
  const target = new Uint8Array(column.values.buffer)
  for (const chunk of chunks) {
    const start = chunk.chunk * CHUNK_ROWS
    const rows = Math.min(chunk.rowCount, n - start)
    const torn =
      chunk.width !== first.width ||
      chunk.dtype !== first.dtype ||
      chunk.values.byteLength < rows * bytesPerRow ||
      chunk.status.byteLength < rows
    if (torn) {
      throw new AppError(
        'internal',
        `Chunk ${chunk.chunk} of a metric column is damaged. Run it again.`,
      )
    }
    if (rows <= 0) continue
    // Blobs come back unaligned, so bytes are copied instead of viewed.
    target.set(chunk.values.subarray(0, rows * bytesPerRow), start * bytesPerRow)
    column.status.set(chunk.status.subarray(0, rows), start)
  }
  return column
}
