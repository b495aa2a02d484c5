import { CsvError, parse } from 'csv-parse'
import { pipeline, Readable } from 'node:stream'
import { contextOf, FormatError } from '../format-error'
import type { JsonObject, JsonValue, RawRow, ReadOptions } from '../types'
import { firstInvalidUtf8, wholeCharacters } from './encoding'
import { ExactParser, setKey } from './json-exact'
import { ExactError } from './json-string'
import type { TextInput } from './text-input'

const DEFAULT_MAX_ROW_BYTES = 16 << 20
// Cells of these columns hold JSON when they start with a bracket; every other cell stays text.
const JSON_COLUMNS = new Set(['conversations', 'conversation', 'messages', 'history'])
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

/**
 * Yields batches of CSV rows (RFC 4180, header row required). Every cell stays a string and an empty one is ""; only the chat columns are
 * parsed as JSON. Throws FormatError for broken quoting, duplicate column names and bytes that are not UTF-8.
 */
export async function* readCsv(
  input: TextInput,
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  options: ReadOptions,
  batchRows: number,
): AsyncGenerator<RawRow[]> {
  const maxRowBytes = options.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // An open quote would swallow the rest of the file.
    max_record_size: maxRowBytes,
  })
  let failure: unknown = null
  pipeline(Readable.from(checkUtf8(chunks, input), { objectMode: false }), parser, (error) => {
    failure = error ?? null
  })
  let header: string[] | null = null
  let batch: RawRow[] = []
  let position = 0
  let line = 1
  let rowNumber = 0
  try {
    for await (const item of parser as AsyncIterable<CsvRecord>) {
      const { record, info } = item
      if (header) {
        rowNumber++
        const place = { rowNumber, line, byteOffset: input.toOriginal(position) }
        batch.push(toRow(record, header, info.bytes - position, maxRowBytes, place, input.name))
      } else header = checkHeader(record, input, options.maxKeys ?? 256)
      position = info.bytes
      line = info.lines + 1
      if (batch.length >= batchRows) {
        yield batch
        batch = []
      }
    }
  } catch (error) {
    const cause = failure ?? error
    if (!(cause instanceof CsvError)) throw cause
    throw brokenCsv(cause, input)
  }
  if (batch.length > 0) yield batch
}

/** The parser notes where it stood: records before an error may not have been handed over yet. */
function brokenCsv(cause: CsvError, input: TextInput): FormatError {
  const at = cause as CsvError & { bytes_records?: number; records?: number; lines?: number }
  const isTooLarge = cause.code === 'CSV_MAX_RECORD_SIZE'
  return new FormatError(
    {
      file: input.name,
      row: at.records || null,
      line: at.lines ?? null,
      byteOffset: input.toOriginal(at.bytes_records ?? 0),
      reason: isTooLarge ? 'row_too_large' : 'bad_csv',
      problem: `The table row that starts here is ${isTooLarge ? 'too large' : 'broken'} (${cause.code}).`,
      expected: 'RFC 4180: quotes around cells with quotes or line breaks, quotes inside doubled',
    },
    cause,
  )
}

function checkHeader(record: string[], input: TextInput, maxKeys: number): string[] {
  const twice = record.find((name, i) => record.indexOf(name) !== i)
  const isTooWide = record.length > maxKeys
  if (twice === undefined && !isTooWide) return record
  throw new FormatError({
    file: input.name,
    row: null,
    line: 1,
    byteOffset: input.toOriginal(0),
    reason: isTooWide ? 'too_many_keys' : 'duplicate_key',
    problem: isTooWide
      ? `The table has ${record.length} columns.`
      : `The column ${JSON.stringify(twice)} occurs twice.`,
    expected: isTooWide ? `at most ${maxKeys} columns` : 'each column name once',
  })
}

function toRow(
  record: string[],
  header: string[],
  sizeBytes: number,
  maxRowBytes: number,
  place: { rowNumber: number; line: number; byteOffset: number },
  file: string,
): RawRow {
  const row: RawRow = {
    ...place,
    value: null,
    keys: header,
    literals: null,
    flags: [],
    error: null,
  }
  const fail = (reason: string, problem: string, expected: string, context: string) => {
    const { rowNumber, line, byteOffset } = place
    row.error = new FormatError({
      file,
      row: rowNumber,
      line,
      byteOffset,
      reason,
      problem,
      expected,
      context: contextOf(context),
    })
    return row
  }
  if (sizeBytes > maxRowBytes) {
    return fail(
      'row_too_large',
      `The row is ${sizeBytes} bytes long.`,
      `at most ${maxRowBytes} bytes`,
      '',
    )
  }
  if (record.length !== header.length) {
    const problem = `The row has ${record.length} cells.`
    return fail(
      'cell_count',
      problem,
      `${header.length} cells as in the header`,
      record.join(' | '),
    )
  }
  const value: JsonObject = {}
  for (let i = 0; i < header.length; i++) {
    const key = header[i] as string
    const cell = record[i] as string
    try {
      setKey(value, key, JSON_COLUMNS.has(key) && cell.startsWith('[') ? parseCell(cell) : cell)
    } catch (error) {
      if (!(error instanceof ExactError)) throw error
      return fail(error.reason, `Column ${key}: ${error.problem}`, error.expected, cell)
    }
  }
  row.value = value
  return row
}

function parseCell(cell: string): JsonValue {
  const options = {
    duplicateKeys: 'error',
    loneSurrogates: 'error',
    nul: 'keep',
    maxDepth: 64,
  } as const
  return new ExactParser(cell, options).parse().value
}

/** Passes the chunks on; throws FormatError at the first byte that is not UTF-8 (the CSV parser would replace it silently). */
async function* checkUtf8(chunks: AsyncIterable<Buffer>, input: TextInput): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  const check = (bytes: Buffer) => {
    const bad = firstInvalidUtf8(bytes)
    if (bad < 0) return
    throw new FormatError({
      file: input.name,
      row: null,
      byteOffset: input.toOriginal(position + bad),
      reason: 'invalid_utf8',
      problem: 'A byte is not valid UTF-8 here.',
      expected: 'UTF-8; choose another encoding (GB18030, Windows-1252) or convert the file',
    })
  }
  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = wholeCharacters('utf-8', bytes)
    const complete = bytes.subarray(0, whole)
    check(complete)
    position += whole
    rest = bytes.subarray(whole)
    if (whole > 0) yield complete
  }
  check(rest)
}
