import { stringify } from 'csv-stringify/sync'
import { spreadsheetText } from '@/lib/contracts/spreadsheet'
import { stringifyExact } from '../shared/exact-json'
import type { JsonValue, Literals } from '../types'
import { addedColumns, freeName, literalsOf, restoreEntries } from './export-row'
import type { RowBatches } from './json'

export interface CsvOptions {
  /** Puts an apostrophe before texts and column names that a spreadsheet would run. Changes data, so it is off by default. */
  spreadsheetSafe?: boolean
  /** Begins with a byte-order mark. */
  byteOrderMark?: boolean
}

interface Header {
  own: string[]
  /** Lineage and metric columns: key in the row -> name in the header. */
  added: Map<string, string>
}

/**
 * Yields CSV as text: header row, every cell quoted, quotes doubled, 0x0A line ends. null and "" become the same empty cell; nested values
 * become JSON text. Reads the rows twice, because the header needs the keys of all of them.
 */
export async function* writeCsv(
  open: () => RowBatches,
  options: CsvOptions = {},
): AsyncGenerator<string> {
  const header = await collectHeader(open())
  const columns = [...header.own, ...header.added.values()]
  const mark = options.byteOrderMark ? '\ufeff' : ''
  yield mark + line([options.spreadsheetSafe ? columns.map(spreadsheetText) : columns])
  for await (const batch of open()) {
    const records = batch.map((item) => {
      const cells = new Map<string, string>()
      const literals = literalsOf(item)
      for (const { key, value, pointer } of restoreEntries(item)) {
        cells.set(key, cellText(value, literals, pointer, options))
      }
      for (const { key, value } of addedColumns(item)) {
        cells.set(header.added.get(key) ?? key, cellText(value, null, '', options))
      }
      return columns.map((column) => cells.get(column) ?? '')
    })
    if (records.length > 0) yield line(records)
  }
}

async function collectHeader(batches: RowBatches): Promise<Header> {
  const own = new Set<string>()
  const addedKeys = new Set<string>()
  for await (const batch of batches) {
    for (const item of batch) {
      for (const { key } of restoreEntries(item)) own.add(key)
      for (const { key } of addedColumns(item)) addedKeys.add(key)
    }
  }
  const taken = new Set(own)
  const added = new Map([...addedKeys].map((key) => [key, freeName(key, taken)]))
  return { own: [...own], added }
}

function cellText(
  value: JsonValue,
  literals: Literals | null,
  pointer: string,
  options: CsvOptions,
): string {
  if (value === null) return ''
  if (typeof value !== 'string') return stringifyExact(value, literals, pointer)
  return options.spreadsheetSafe ? spreadsheetText(value) : value
}

function line(records: string[][]): string {
  return stringify(records, { quoted: true, quoted_empty: true, record_delimiter: '\n' })
}
