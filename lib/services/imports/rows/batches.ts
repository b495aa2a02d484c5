import type { Opening } from '@/lib/contracts/opening'
import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { openingOptions } from '@/lib/formats/containers/open-rows'
import { readRows } from '@/lib/formats/read'
import { packRow } from '@/lib/formats/stored-row'
import type { CanonicalRow, ColumnMapping, FileStamp, FormatId, ReadRow } from '@/lib/formats/types'
import { flattenResponse, flattenRow, type Cell } from '../../cells/flat'

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

/** Rows ready to be stored, flat (see cells/flat.ts). */
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

/** Key orders in one file; more means that keys are data, and every reader of the cell would carry them. */
const MAX_KEY_SETS = 4_096

/** Characters of all of them together. */
const MAX_KEY_CHARS = 4_000_000
/** Rows that the report names because parts of them hold no text; the flags count all. */
const MAX_REMARKS = 5

const OK = statusCode('ok')
const NO_RESPONSE = statusCode('no_response')

/** Turns rows of a file into stored rows, and counts what the report tells. */
class RowCollector {
  readonly keySets: string[][] = []
  readonly flags: Record<string, number> = {}
  #keyChars = 0
  readonly #remarks: string[] = []
  #remarked = 0
  #numbers = new Map<string, number>()
  #last: readonly string[] | null = null
  #lastNumber = 0
  readonly #slotIsIndex: boolean
  readonly #mapping: ColumnMapping

  /** With `slotIsIndex` a row's slot is its position until an alignment says otherwise. */
  constructor(mapping: ColumnMapping, slotIsIndex: boolean) {
    this.#mapping = mapping
    this.#slotIsIndex = slotIsIndex
  }

  #keySet(keys: readonly string[]): number {
    if (keys === this.#last) return this.#lastNumber
    const name = JSON.stringify(keys)
    let number = this.#numbers.get(name)
    if (number === undefined) {
      this.#keyChars += name.length
      if (this.keySets.length >= MAX_KEY_SETS || this.#keyChars > MAX_KEY_CHARS) {
        throw new AppError(
          'data_error',
          `The rows have more than ${MAX_KEY_SETS} different orders of keys, or very long ones. Write all rows with the same keys.`,
        )
      }
      number = this.keySets.push([...keys]) - 1
      this.#numbers.set(name, number)
    }
    this.#last = keys
    this.#lastNumber = number
    return number
  }

  #remark(index: number, remarks: readonly string[]): void {
    this.#remarked++
    if (this.#remarks.length < MAX_REMARKS)
      this.#remarks.push(`Row ${index + 1}: ${remarks.slice(0, MAX_REMARKS).join('; ')}.`)
  }

  /** What was not read as text, row by row for the first rows. */
  get notes(): string[] {
    const more = this.#remarked - this.#remarks.length
    return more > 0
      ? [...this.#remarks, `${more} more rows have parts that hold no text.`]
      : [...this.#remarks]
  }

  /** Appends the stored form of one row and of its response to flat batches, and counts its flags. */
  add(row: CanonicalRow, rows: Cell[], responses: Cell[]): void {
    for (const flag of row.flags) this.flags[flag] = (this.flags[flag] ?? 0) + 1
    if (row.remarks) this.#remark(row.index, row.remarks)
    const hasResponse = row.output !== null && row.output !== ''
    const stored = packRow(row, this.#mapping)
    const slot = this.#slotIsIndex ? row.index : null
    flattenRow({ idx: row.index, slot, ...stored, keySet: this.#keySet(row.keys) }, rows)
    const status = hasResponse ? OK : NO_RESPONSE
    flattenResponse({ idx: row.index, text: row.output, status, finishReason: null }, responses)
  }
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

/** Yields batches of stored rows, read in the calling thread, and returns what the whole file showed. Throws FormatError. */
export async function* readBatches(
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
