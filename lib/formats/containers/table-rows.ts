import { contextOf, FormatError } from '../format-error'
import type { JsonObject, JsonValue, RawRow, ReadOptions, RowFlag } from '../types'
import { firstInvalidUtf8, wholeCharacters } from './encoding'
import { ExactParser, MAX_KEY_CHARS, setKey } from './json-exact'
import { ExactError, type ExactOptions } from './json-string'
import { skip, type TextInput } from './text-input'

const DEFAULT_MAX_ROW_BYTES = 16 << 20
const DEFAULT_MAX_COLUMNS = 256
/** Longest column name that an error quotes. */
const NAME_CHARS = 40
// Cells of these columns hold JSON when they start with a bracket; every other cell stays text.
const JSON_COLUMNS = new Set(['conversations', 'conversation', 'messages', 'history'])

/** How a table lies in its file. */
export interface TableLayout {
  delimiter: string
  /** Bytes of a first line that names the delimiter and is no row. */
  prefixBytes: number
}

/** What the rows of a table are read from. */
export type TableArgs = [
  input: TextInput,
  chunks: AsyncGenerator<Buffer>,
  layout: TableLayout,
  options: ReadOptions,
  batchRows: number,
]

/** Where a table row lies. */
export interface TablePlace {
  rowNumber: number
  line: number
  byteOffset: number
}

/** Turns the cells of table rows into rows: the header gives the keys, every cell stays text. */
export class TableRows {
  readonly maxRowBytes: number
  private readonly cellOptions: ExactOptions
  private header: string[] | null = null

  constructor(
    private readonly input: TextInput,
    private readonly options: ReadOptions,
  ) {
    this.maxRowBytes = options.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES
    this.cellOptions = {
      duplicateKeys: options.duplicateKeys ?? 'error',
      loneSurrogates: options.loneSurrogates ?? 'error',
      nul: 'keep',
      maxDepth: 64,
    }
  }

  get hasHeader(): boolean {
    return this.header !== null
  }

  /** Takes the first row as the header; throws FormatError for too many columns and for names that are too long or occur twice. */
  setHeader(names: string[], line: number): void {
    const maxColumns = this.options.maxKeys ?? DEFAULT_MAX_COLUMNS
    const refuse = (reason: string, problem: string, expected: string) =>
      new FormatError({
        file: this.input.name,
        row: null,
        line,
        byteOffset: this.input.toOriginal(0),
        reason,
        problem,
        expected,
      })
    // The width first: names are only worth a look where there are few of them.
    if (names.length > maxColumns) {
      const problem = `The table has ${names.length} columns.`
      throw refuse('too_many_keys', problem, `at most ${maxColumns} columns`)
    }
    if (names.some((name) => name.length > MAX_KEY_CHARS)) {
      const problem = `A column name is longer than ${MAX_KEY_CHARS} characters.`
      throw refuse('key_too_long', problem, 'a header row with short names')
    }
    const seen = new Set<string>()
    for (const name of names) {
      if (seen.has(name)) {
        const problem = `The column ${JSON.stringify(name.slice(0, NAME_CHARS))} occurs twice.`
        throw refuse('duplicate_column', problem, 'each column name once')
      }
      seen.add(name)
    }
    this.header = names
  }

  /** Returns a row that cannot be read. */
  broken(
    place: TablePlace,
    info: { reason: string; problem: string; expected: string; context?: string },
  ): RawRow {
    const { rowNumber: row, line, byteOffset } = place
    const context = contextOf(info.context ?? '')
    const error = new FormatError({
      file: this.input.name,
      row,
      line,
      byteOffset,
      ...info,
      context,
    })
    return this.row(place, null, [], error)
  }

  /** Returns the row of cells under the header. */
  toRow(cells: readonly string[], sizeBytes: number, place: TablePlace): RawRow {
    const header = this.header ?? []
    if (sizeBytes > this.maxRowBytes) {
      return this.broken(place, {
        reason: 'row_too_large',
        problem: `The row is ${sizeBytes} bytes long.`,
        expected: `at most ${this.maxRowBytes} bytes`,
      })
    }
    if (cells.length !== header.length) {
      return this.broken(place, {
        reason: 'cell_count',
        problem: `The row has ${cells.length} cells.`,
        expected: `${header.length} cells as in the header`,
        context: cells.slice(0, header.length).join(' | '),
      })
    }
    const value: JsonObject = {}
    const flags: RowFlag[] = []
    for (let i = 0; i < header.length; i++) {
      const key = header[i] as string
      const cell = cells[i] as string
      try {
        const isJson = JSON_COLUMNS.has(key) && cell.startsWith('[')
        setKey(value, key, isJson ? this.parseCell(cell, flags) : cell)
      } catch (error) {
        if (!(error instanceof ExactError)) throw error
        return this.broken(place, {
          reason: error.reason,
          problem: `Column ${key.slice(0, NAME_CHARS)}: ${error.problem}`,
          expected: error.expected,
          context: cell,
        })
      }
    }
    return this.row(place, value, flags, null)
  }

  private parseCell(cell: string, flags: RowFlag[]): JsonValue {
    const parsed = new ExactParser(cell, this.cellOptions).parse()
    if (parsed.hasReplaced) flags.push('lone_surrogate_replaced')
    if (parsed.hasRepeated) flags.push('repeated_key_dropped')
    return parsed.value
  }

  private row(
    place: TablePlace,
    value: JsonValue,
    flags: readonly RowFlag[],
    error: FormatError | null,
  ): RawRow {
    return { ...place, value, keys: this.header ?? [], literals: null, flags, error }
  }
}

/** Passes the chunks on from a position on; throws FormatError at the first byte that is not UTF-8 (a table is one text: no row of it can be trusted then). */
export async function* checkUtf8(
  chunks: AsyncGenerator<Buffer>,
  input: TextInput,
  from: number,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let position = from
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
  for await (const chunk of skip(chunks, from)) {
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
