import type { RawRow, ReadOptions } from '../types'
import { RowBatch } from './batch'
import { JsonScan } from './json-scan'
import { RowParser } from './row-parser'
import type { TextInput } from './text-input'
import { Window } from './window'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Yields batches of JSONL rows. Splits at byte 0x0A only, strips one trailing 0x0D, skips blank lines but counts them for line numbers.
 */
export async function* readJsonl(
  input: TextInput,
  chunks: AsyncIterable<Buffer>,
  options: ReadOptions,
  batchRows: number,
): AsyncGenerator<RawRow[]> {
  const parser = new RowParser(input, options)
  const scan = new JsonScan()
  const window = new Window()
  const batch = new RowBatch(batchRows)
  let rowNumber = 0
  let line = 0
  /** Bytes of the current line that were dropped because it is too long. */
  let dropped = 0
  let from = 0
  const finishLine = (lineEnd: number): void => {
    line++
    const place = { rowNumber: rowNumber + 1, line, position: window.base + from - dropped }
    const size = lineEnd - from + dropped
    if (size > parser.maxRowBytes) {
      rowNumber++
      batch.add(parser.tooLarge(size, place), 0)
      dropped = 0
      return
    }
    const hasReturn = lineEnd > from && window.bytes[lineEnd - 1] === CARRIAGE_RETURN
    const to = hasReturn ? lineEnd - 1 : lineEnd
    if (isBlank(window.bytes, from, to)) return
    rowNumber++
    const row = parser.parse(window.bytes, from, to, scan, false, window.isSuspect, place)
    batch.add(row, size)
  }
  for await (const chunk of chunks) {
    const carried = window.bytes.length - from
    window.append(chunk, from)
    from = 0
    let end = window.bytes.indexOf(LINE_FEED, carried)
    while (end >= 0) {
      finishLine(end)
      from = end + 1
      if (batch.isFull) yield batch.take()
      end = window.bytes.indexOf(LINE_FEED, from)
    }
    const open = window.bytes.length - from
    if (dropped > 0 || open > parser.maxRowBytes) {
      dropped += open
      from = window.bytes.length
    }
  }
  window.finish()
  if (from < window.bytes.length || dropped > 0) finishLine(window.bytes.length)
  if (batch.rows.length > 0) yield batch.take()
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false
  }
  return true
}
