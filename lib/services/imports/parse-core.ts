import type { Opening } from '@/lib/contracts/opening'
import { openingOptions } from '@/lib/formats/containers/open-rows'
import { readRows } from '@/lib/formats/read'
import type { ColumnMapping, FileStamp, FormatId, ReadRow } from '@/lib/formats/types'
import type { Cell } from '../cells/flat'
import { RowCollector } from './rows'

/** Rows of one batch and transaction: about 30 ms, so that heartbeats and other writers get their turn. */
const BATCH_ROWS = 2_000
/** A file with more broken rows than this is not the format that it was taken for. */
export const MAX_SKIPPED = 1_000

/** What is to be read and how, as plain data. */
export interface ParseJob {
  path: string
  fileName: string
  sizeBytes: number
  expect: FileStamp | null
  formatId: FormatId
  mapping: ColumnMapping
  opening: Opening
  skipBadRows: boolean
  slotIsIndex: boolean
}

/** Rows ready to be stored, flat (see cells-flat.ts). */
export interface ParsedBatch {
  rows: Cell[]
  responses: Cell[]
  /** Rows in this batch. */
  count: number
  /** Positions of the file so far: highest row number. */
  rowCount: number
  /** Bytes read since the last batch. */
  bytes: number
  skipped: { row: number; byteOffset: number; message: string }[]
}

/** What is known once the whole file was read. */
export interface ParseEnd {
  keySets: string[][]
  flags: Record<string, number>
  notes: string[]
}

function packBatch(batch: readonly ReadRow[], collector: RowCollector, result: ParsedBatch): void {
  for (const read of batch) {
    if (read.ok) {
      collector.add(read.row, result.rows, result.responses)
      result.count++
      result.rowCount = Math.max(result.rowCount, read.row.index + 1)
    } else {
      const { index, byteOffset, error } = read
      result.skipped.push({ row: index + 1, byteOffset, message: error.message })
      result.rowCount = Math.max(result.rowCount, index + 1)
    }
  }
}

/** Yields batches of stored rows, read in the calling thread. Throws FormatError. */
export async function* parseInThread(
  job: ParseJob,
  signal?: AbortSignal,
): AsyncGenerator<ParsedBatch, ParseEnd> {
  const collector = new RowCollector(job.mapping, job.slotIsIndex)
  const notes: string[] = []
  let bytes = 0
  let skipped = 0
  let rowCount = 0
  const batches = readRows(
    { path: job.path, name: job.fileName },
    { formatId: job.formatId, mapping: job.mapping },
    {
      skipBadRows: job.skipBadRows,
      batchRows: BATCH_ROWS,
      ...openingOptions(job.opening),
      onBytes: (chunk) => (bytes += chunk.byteLength),
      onNote: (note) => notes.push(note),
      ...(job.expect ? { expect: job.expect } : {}),
      ...(signal ? { signal } : {}),
    },
  )
  for await (const batch of batches) {
    const result: ParsedBatch = { rows: [], responses: [], count: 0, rowCount, bytes, skipped: [] }
    packBatch(batch, collector, result)
    bytes = 0
    rowCount = result.rowCount
    skipped += result.skipped.length
    if (skipped > MAX_SKIPPED) {
      const bad = batch.find((read) => !read.ok)
      if (bad && !bad.ok) throw bad.error
    }
    yield result
  }
  return {
    keySets: collector.keySets,
    flags: collector.flags,
    notes: [...notes, ...collector.notes],
  }
}
