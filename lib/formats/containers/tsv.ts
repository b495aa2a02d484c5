import { FormatError } from '../format-error'
import type { RawRow } from '../types'
import { RowBatch } from './batch'
import { checkUtf8, TableRows, type TableArgs } from './table-rows'
import type { TextInput } from './text-input'

const QUOTE = 0x22
const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A record of a table, or a line that is none. */
interface TsvRecord {
  /** null where a quote opens a cell and does not close it rightly: the line alone is broken then. */
  cells: string[] | null
  /** Position after the line end. */
  next: number
  /** Lines that the record takes. */
  lines: number
}

/**
 * Yields batches of rows of a table with tabs. A cell in quotes may hold tabs and line breaks; a quote inside any other cell is text. A
 * line whose quotes do not close rightly is a broken row, and reading goes on with the next line. Throws FormatError for the header's
 * faults, bytes that are not UTF-8 and lines that are too long.
 */
export async function* readTsv(
  ...[input, chunks, layout, options, batchRows]: TableArgs
): AsyncGenerator<RawRow[]> {
  const reader = new TsvReader(input, new TableRows(input, options), layout.prefixBytes, batchRows)
  const { batch } = reader
  for await (const chunk of checkUtf8(chunks, input, layout.prefixBytes)) {
    reader.append(chunk)
    while (reader.next(false)) if (batch.isFull) yield batch.take()
  }
  while (reader.next(true)) if (batch.isFull) yield batch.take()
  if (batch.rows.length > 0) yield batch.take()
}

class TsvReader {
  readonly batch: RowBatch
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0
  private rowNumber = 0
  private line: number

  constructor(
    private readonly input: TextInput,
    private readonly table: TableRows,
    /** Position of `bytes` in the UTF-8 stream. */
    private base: number,
    batchRows: number,
  ) {
    this.batch = new RowBatch(batchRows)
    this.line = base > 0 ? 2 : 1
  }

  append(chunk: Buffer): void {
    const rest = this.bytes.subarray(this.at)
    this.base += this.at
    this.at = 0
    this.bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
  }

  /** Reads one record; false when the bytes in hand hold no whole one. */
  next(isEnd: boolean): boolean {
    if (this.at >= this.bytes.length) return false
    const open = this.bytes.length - this.at
    const record = readRecord(this.bytes, this.at, isEnd || open > this.table.maxRowBytes)
    if (record === null) {
      if (open > this.table.maxRowBytes) throw this.tooLong()
      return false
    }
    this.take(record)
    return true
  }

  private take({ cells, next, lines }: TsvRecord): void {
    const start = this.at
    const { line } = this
    this.at = next
    this.line += lines
    // A blank line is no row.
    if (cells?.length === 1 && cells[0] === '' && next - start <= 2) return
    if (!this.table.hasHeader) {
      this.table.setHeader(cells ?? this.brokenHeader(), line)
      return
    }
    this.rowNumber++
    const byteOffset = this.input.toOriginal(this.base + start)
    const place = { rowNumber: this.rowNumber, line, byteOffset }
    const row = cells
      ? this.table.toRow(cells, next - start, place)
      : this.table.broken(place, {
          reason: 'bad_csv',
          problem: 'A quote opens a cell of this line and does not close it.',
          expected: 'quotes at both ends of a cell and doubled inside, or no quote at its start',
          context: this.bytes.toString('utf8', start, Math.min(next, start + 160)),
        })
    this.batch.add(row, next - start)
  }

  private brokenHeader(): never {
    throw this.fileError('bad_csv', 'The quotes of the header row do not close.', 'column names')
  }

  private tooLong(): FormatError {
    const expected = `at most ${this.table.maxRowBytes} bytes a row`
    return this.fileError('row_too_large', 'The line that starts here is too long.', expected)
  }

  private fileError(reason: string, problem: string, expected: string): FormatError {
    return new FormatError({
      file: this.input.name,
      row: this.rowNumber === 0 ? null : this.rowNumber + 1,
      line: this.line,
      byteOffset: this.input.toOriginal(this.base + this.at),
      reason,
      problem,
      expected,
    })
  }
}

/** Returns the record at `from`, null when more bytes are needed to know. With `isWhole` no more will come. */
function readRecord(bytes: Buffer, from: number, isWhole: boolean): TsvRecord | null {
  const lineFeed = bytes.indexOf(LINE_FEED, from)
  if (lineFeed < 0 && !isWhole) return null
  const lineEnd = lineFeed < 0 ? bytes.length : lineFeed
  const next = lineFeed < 0 ? bytes.length : lineFeed + 1
  const end = lineEnd > from && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd
  const firstQuote = bytes.indexOf(QUOTE, from)
  if (firstQuote < 0 || firstQuote >= end) {
    return { cells: bytes.toString('utf8', from, end).split('\t'), next, lines: 1 }
  }
  return quotedRecord(bytes, from, isWhole) ?? (isWhole ? { cells: null, next, lines: 1 } : null)
}

/** Reads cell by cell; `cells` is null when a quote closes wrongly. Returns null when a quote is still open. */
function quotedRecord(bytes: Buffer, from: number, isWhole: boolean): TsvRecord | null {
  const cells: string[] = []
  let lines = 1
  let at = from
  for (;;) {
    let end: number
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at)
      if (close < 0) return null
      const text = bytes.toString('utf8', at + 1, close)
      cells.push(text.replaceAll('""', '"'))
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++
      end = close + 1
      if (bytes[end] === CARRIAGE_RETURN) {
        if (end + 1 >= bytes.length && !isWhole) return null
        if (end + 1 >= bytes.length || bytes[end + 1] === LINE_FEED) end++
      }
    } else {
      end = at
      while (end < bytes.length && bytes[end] !== TAB && bytes[end] !== LINE_FEED) end++
      const isReturn = bytes[end] !== TAB && end > at && bytes[end - 1] === CARRIAGE_RETURN
      cells.push(bytes.toString('utf8', at, isReturn ? end - 1 : end))
    }
    if (end >= bytes.length) return isWhole ? { cells, next: end, lines } : null
    if (bytes[end] === LINE_FEED) return { cells, next: end + 1, lines }
    if (bytes[end] !== TAB) {
      const lineFeed = bytes.indexOf(LINE_FEED, from)
      if (lineFeed < 0 && !isWhole) return null
      return { cells: null, next: lineFeed < 0 ? bytes.length : lineFeed + 1, lines: 1 }
    }
    at = end + 1
  }
}

/** Returns the position of the quote that closes the one at `from`, -1 when none does. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) return at
  }
  return -1
}
