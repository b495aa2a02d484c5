import { CsvError, parse } from 'csv-parse'
import { pipeline, Readable } from 'node:stream'
import { FormatError } from '../format-error'
import type { RawRow } from '../types'
import { RowBatch } from './batch'
import { checkUtf8, TableRows, type TableArgs } from './table-rows'
import type { TextInput } from './text-input'

/** The parser turns a whole chunk into records before it hands over the first: small chunks keep few of them in memory. */
const SLICE_BYTES = 64 << 10
const DELIMITERS = [',', ';', '\t'] as const

interface CsvRecord {
  record: string[]
  info: { bytes: number; lines: number }
}

/** Returns the delimiter that occurs most often in the header line outside quotes, null when there is none. */
export function sniffDelimiter(header: string): string | null {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '')
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length - 1)
  const most = Math.max(...counts)
  return most > 0 ? (DELIMITERS[counts.indexOf(most)] ?? null) : null
}

async function* sliced(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      yield chunk.subarray(at, at + SLICE_BYTES)
    }
  }
}

/**
 * Yields batches of CSV rows (RFC 4180, header row required). Every cell stays a string and an empty one is ""; only the chat columns are
 * parsed as JSON. Throws FormatError for broken quoting, duplicate column names and bytes that are not UTF-8.
 */
export async function* readCsv(
  ...[input, chunks, layout, options, batchRows]: TableArgs
): AsyncGenerator<RawRow[]> {
  const table = new TableRows(input, options)
  const { delimiter, prefixBytes } = layout
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // An open quote would swallow the rest of the file.
    max_record_size: table.maxRowBytes,
  })
  let failure: unknown = null
  const text = checkUtf8(chunks, input, prefixBytes)
  pipeline(Readable.from(sliced(text), { objectMode: false }), parser, (error) => {
    failure = error ?? null
  })
  const batch = new RowBatch(batchRows)
  const linesBefore = prefixBytes > 0 ? 1 : 0
  let position = 0
  let line = 1 + linesBefore
  let rowNumber = 0
  try {
    for await (const item of parser as AsyncIterable<CsvRecord>) {
      const { record, info } = item
      if (table.hasHeader) {
        rowNumber++
        const sizeBytes = info.bytes - position
        const place = { rowNumber, line, byteOffset: input.toOriginal(prefixBytes + position) }
        batch.add(table.toRow(record, sizeBytes, place), sizeBytes)
      } else table.setHeader(record, line)
      position = info.bytes
      line = info.lines + 1 + linesBefore
      if (batch.isFull) yield batch.take()
    }
  } catch (error) {
    const cause = failure ?? error
    if (!(cause instanceof CsvError)) throw cause
    throw brokenCsv(cause, input, prefixBytes)
  }
  if (batch.rows.length > 0) yield batch.take()
}

/** The parser notes where it stood: rows before an error may not have been handed over yet. `bytes` ends the last whole cell. */
function brokenCsv(cause: CsvError, input: TextInput, prefixBytes: number): FormatError {
  const at = cause as CsvError & {
    bytes?: number
    index?: number
    records?: number
    lines?: number
  }
  const isTooLarge = cause.code === 'CSV_MAX_RECORD_SIZE'
  const position = prefixBytes + (at.bytes ?? 0) + (at.index ? 1 : 0)
  return new FormatError(
    {
      file: input.name,
      row: at.records || null,
      line: at.lines === undefined ? null : at.lines + (prefixBytes > 0 ? 1 : 0),
      byteOffset: input.toOriginal(position),
      reason: isTooLarge ? 'row_too_large' : 'bad_csv',
      problem: `The cell that starts here is ${isTooLarge ? 'too large' : 'broken'} (${cause.code}).`,
      expected: 'RFC 4180: quotes around cells with quotes or line breaks, quotes inside doubled',
    },
    cause,
  )
}
