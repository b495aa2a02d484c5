import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { toggle } from '@/lib/contracts/options'
import { spreadsheetText } from '@/lib/contracts/spreadsheet'
import { stringifyExact } from '../shared/exact-json'
import type { JsonValue, Literals } from '../types'
import { addedColumns, freeName, literalsOf, ownEntries } from './export-row'
import { defineWriter, everyRow, wholeFile, type RowBatches, type WriterJob } from './types'

/** How the cells are written. */
type CsvOptions = z.infer<typeof options>

const options = z.object({
  spreadsheetSafe: toggle({
    title: 'Safe for spreadsheets',
    description:
      'Puts an apostrophe before cells and column names that a spreadsheet would run as a formula (= + - @, tab, line break). This changes data.',
    default: false,
  }),
  byteOrderMark: toggle({
    title: 'Byte-order mark',
    description: 'Begins with a byte-order mark, by which Excel knows UTF-8.',
    default: false,
  }),
})

/** A table of quoted cells. */
export const csv = defineWriter({
  id: 'csv',
  label: 'CSV',
  description:
    'For spreadsheets. Every cell is quoted text; null becomes an empty cell and nested values JSON text.',
  extension: 'csv',
  mediaType: 'text/csv; charset=utf-8',
  options,
  goesOn: true,
  prepare: (job) =>
    everyRow(job, (after = 0) => writeCsv(job.open, job.options, after), notes(job.options)),
})

function notes({ spreadsheetSafe }: CsvOptions) {
  const losses = [
    wholeFile(
      'csv_null',
      'CSV cannot tell null from an empty text; both become an empty cell. JSON and JSONL can.',
    ),
    wholeFile(
      'csv_training',
      'Do not train on CSV: loaders turn cells such as "NA" or an all-digit column into other types.',
    ),
  ]
  if (!spreadsheetSafe) return losses
  const message =
    'Cells and column names that start with = + - @, a tab or a line break get an apostrophe, which changes them.'
  return [...losses, wholeFile('csv_prefix', message)]
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
async function* writeCsv(
  open: WriterJob<CsvOptions>['open'],
  options: CsvOptions,
  after: number,
): AsyncGenerator<string> {
  const header = await collectHeader(open())
  const columns = [...header.own, ...header.added.values()]
  const mark = options.byteOrderMark ? '\ufeff' : ''
  if (after === 0)
    yield mark + line([options.spreadsheetSafe ? columns.map(spreadsheetText) : columns])
  for await (const batch of open(after)) {
    const records = batch.map((item) => {
      const cells = new Map<string, string>()
      const literals = literalsOf(item)
      for (const { key, value, pointer } of ownEntries(item)) {
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
      for (const { key } of ownEntries(item)) own.add(key)
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
