import { contextOf, FormatError } from '../format-error'
import type { ContainerKind, ReadOptions } from '../types'
import { sniffDelimiter } from './csv'
import { JsonScan } from './json-scan'
import { findWrap } from './wrap'

/** Excel reads the delimiter of a table from such a first line, and writes none; the line is no row. */
const SEP_LINE = /^"?sep=(.)"?\r?\n/i

/** How rows lie, as far as the head of the file tells. */
export interface Sniffed {
  kind: ContainerKind
  wrapKey: string | null
  /** Bytes up to and with the bracket of a wrapped array, or of a first line that names the delimiter. */
  prefixBytes: number
  delimiter: string | null
  /** Lines end in a carriage return alone, as on old Macs. */
  hasBareReturns: boolean
}

/**
 * Returns the container that the first bytes (64 KiB) show. Throws FormatError for empty files, wrapped arrays that were not asked for,
 * column-wise objects, and text that is neither JSON nor a table.
 */
export function sniffContainer(head: Buffer, name: string, options: ReadOptions): Sniffed {
  const text = head.toString('utf8')
  const start = text.search(/[^\s]/)
  if (start < 0) throw emptyFile(name)
  if (/\.(csv|tsv)(\.(gz|zst))?$/i.test(name)) return csv(text, name)
  const first = text[start]
  if (first === '[') return sniffBracket(head, text)
  if (first === '{') return sniffBrace(head, text, name, options)
  if (/\.(jsonl?|ndjson)(\.(gz|zst))?$/i.test(name)) throw notRows(name, text, start)
  return csv(text, name)
}

/** Returns the error of a file without rows. */
export function emptyFile(name: string): FormatError {
  return fileError(name, 'no_rows', 'There are no rows in the file.', 'at least one row', '')
}

function sniffBracket(head: Buffer, text: string): Sniffed {
  const from = head.indexOf(0x5b)
  const end = new JsonScan().run(head, from, head.length)
  const follows = end < 0 ? '' : head.toString('utf8', end).trimStart().charAt(0)
  const isConcatenated = follows === '[' || follows === '{'
  return plain(isConcatenated && text.length > 0 ? 'concatenated' : 'json-array')
}

function sniffBrace(head: Buffer, text: string, name: string, options: ReadOptions): Sniffed {
  const from = head.indexOf(0x7b)
  const newline = head.indexOf(0x0a, from)
  const firstLine = newline < 0 ? head : head.subarray(0, newline)
  const isCut = newline < 0 && head.length >= SNIFF_BYTES
  const scan = new JsonScan()
  const end = scan.run(firstLine, from, firstLine.length)
  const isSpread = end < 0 && (newline >= 0 || isCut) && !scan.isInString
  // An object alone in the file may hold the rows; objects line by line are rows.
  const isAlone = end >= 0 && head.length < SNIFF_BYTES && isSpace(head, end)
  const wrap = isSpread || isCut || isAlone ? findWrap(head) : null
  if (wrap?.kind === 'rows') {
    if (!options.unwrap) throw wrapped(name, wrap.key)
    return { ...plain('json-array'), wrapKey: wrap.key, prefixBytes: wrap.prefixBytes }
  }
  if (wrap?.kind === 'columns' && !isAlone) throw columnWise(name, text)
  return plain(isSpread && !isCut ? 'concatenated' : 'jsonl')
}

function isSpace(bytes: Buffer, from: number): boolean {
  return bytes.toString('utf8', from).trim() === ''
}

/** Returns the error of rows that lie in the only property of an object. */
function wrapped(name: string, key: string): FormatError {
  return fileError(
    name,
    'wrapped_array',
    `The rows lie in the property ${JSON.stringify(key.slice(0, 40))} of one object.`,
    'an array at the top level, or your confirmation that this array holds the rows',
    '',
  )
}

/** Returns the error of an object of columns. */
function columnWise(name: string, text: string): FormatError {
  return fileError(
    name,
    'column_wise',
    'The file is one object of columns.',
    'one object per row; with pandas: to_json(orient="records")',
    contextOf(text),
  )
}

function csv(text: string, name: string): Sniffed {
  const sep = SEP_LINE.exec(text)
  if (sep) {
    const prefixBytes = Buffer.byteLength(sep[0])
    return { ...plain('csv'), delimiter: sep[1] as string, prefixBytes }
  }
  const header = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter = sniffDelimiter(header)
  const isTable = /\.(csv|tsv)(\.(gz|zst))?$/i.test(name)
  if (delimiter === null && !isTable) throw notRows(name, text, 0)
  const hasBareReturns = text.includes('\r') && !text.includes('\n')
  return { ...plain('csv'), delimiter: delimiter ?? ',', hasBareReturns }
}

function plain(kind: ContainerKind): Sniffed {
  return { kind, wrapKey: null, prefixBytes: 0, delimiter: null, hasBareReturns: false }
}

function notRows(name: string, text: string, at: number): FormatError {
  const expected = 'a JSON array of objects, JSON objects line by line, or a table with a header'
  return fileError(
    name,
    'not_rows',
    'The file is neither JSON nor a table.',
    expected,
    contextOf(text, at),
    at,
  )
}

function fileError(
  file: string,
  reason: string,
  problem: string,
  expected: string,
  context: string,
  byteOffset = 0,
): FormatError {
  return new FormatError({ file, row: null, byteOffset, reason, problem, expected, context })
}

/** Bytes looked at before the container is decided: more than the first row of nearly every file. */
export const SNIFF_BYTES = 64 << 10
