import { contextOf, type FormatError } from '../format-error'
import type { RawRow, ReadOptions } from '../types'
import { RowBatch } from './batch'
import { JsonScan } from './json-scan'
import { RowParser } from './row-parser'
import type { TextInput } from './text-input'
import { Window } from './window'

/** Properties behind a wrapped array are a version or a licence. */
const MAX_TAIL_BYTES = 64 << 10

/** What may come next between elements. */
type State = 'open' | 'first' | 'element' | 'inside' | 'after' | 'unwrap' | 'tail' | 'done'

export interface ArrayLayout {
  /** `array`: one JSON array. `concatenated`: values one after another, without a separator. */
  mode: 'array' | 'concatenated'
  /** Bytes up to and with the opening bracket of an array inside an object; 0 = the array is the top level. */
  prefixBytes: number
}

/**
 * Yields batches of the elements of a JSON array (or of concatenated values), splitting bytes by depth and string state; each element is
 * parsed alone. Throws FormatError for broken structure between elements, a missing end, and text after it.
 */
export async function* readJsonArray(
  input: TextInput,
  chunks: AsyncIterable<Buffer>,
  layout: ArrayLayout,
  options: ReadOptions,
  batchRows: number,
): AsyncGenerator<RawRow[]> {
  const splitter = new ArraySplitter(input, layout, options, batchRows)
  for await (const chunk of chunks) {
    splitter.append(chunk)
    while (splitter.next()) {
      if (splitter.batch.isFull) yield splitter.batch.take()
    }
  }
  splitter.finish()
  if (splitter.batch.rows.length > 0) yield splitter.batch.take()
}

class ArraySplitter {
  readonly batch: RowBatch
  private readonly parser: RowParser
  private readonly scan = new JsonScan()
  private readonly window = new Window()
  private readonly isConcatenated: boolean
  private state: State
  private at = 0
  /** Start of the element in hand, relative to the window; it may lie before it when bytes were dropped. */
  private start = 0
  private isDropping = false
  private isScalar = false
  /** Where the scan of a bare element stands: inside a string, and behind a backslash in it. */
  private isInString = false
  private isEscaped = false
  /** What follows a wrapped array in its object. */
  private behind: Buffer | null = null
  private rowNumber = 0
  private prefixLeft: number

  constructor(
    input: TextInput,
    private readonly layout: ArrayLayout,
    options: ReadOptions,
    batchRows: number,
  ) {
    this.parser = new RowParser(input, options)
    this.batch = new RowBatch(batchRows)
    this.isConcatenated = layout.mode === 'concatenated'
    this.prefixLeft = layout.prefixBytes
    this.state = this.isConcatenated ? 'element' : layout.prefixBytes > 0 ? 'first' : 'open'
  }

  append(chunk: Buffer): void {
    const keepFrom =
      this.state === 'inside' && !this.isDropping ? this.start : this.window.bytes.length
    this.window.append(chunk, keepFrom)
    this.at -= keepFrom
    this.start -= keepFrom
    if (this.prefixLeft > 0) {
      const skipped = Math.min(this.prefixLeft, chunk.length)
      this.prefixLeft -= skipped
      this.at += skipped
    }
  }

  /** Goes on to the end of the next element; false when the bytes in hand are used up. */
  next(): boolean {
    const { bytes } = this.window
    while (this.at < bytes.length) {
      if (this.state === 'inside') return this.element()
      if (this.state === 'tail') return this.takeTail()
      const byte = bytes[this.at] as number
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.at++
      else this.step(byte)
    }
    return false
  }

  finish(): void {
    this.window.finish()
    if (this.state === 'inside' && this.isScalar && this.isConcatenated)
      this.emit(this.window.bytes.length)
    if (this.state === 'tail') {
      this.checkTail(this.behind ?? Buffer.alloc(0))
      return
    }
    if (this.state === 'done' || (this.isConcatenated && this.state === 'element')) return
    throw this.parser.fileError({
      row: this.state === 'inside' ? this.rowNumber + 1 : null,
      position: Math.max(0, this.window.base + this.window.bytes.length - 1),
      reason: 'truncated',
      problem: 'The file ends inside the array.',
      expected: '"]" at the end; the file may be cut off',
      context: contextOf(this.tail()),
    })
  }

  private step(byte: number): void {
    const isClose = byte === 0x5d
    switch (this.state) {
      case 'open':
        if (byte !== 0x5b) this.unexpected('"[" at the start of the array')
        this.state = 'first'
        this.at++
        return
      case 'first':
      case 'element':
        if (isClose && this.state === 'first') this.closeArray()
        else if (isClose || byte === 0x2c || byte === 0x7d) this.unexpected('a row')
        else this.beginElement(byte)
        return
      case 'after':
        if (isClose) this.closeArray()
        else if (byte === 0x2c) {
          this.state = 'element'
          this.at++
        } else this.unexpected('"," or "]" after the row')
        return
      case 'unwrap':
        if (byte !== 0x7d && byte !== 0x2c) this.unexpected('"}" or "," after the array')
        this.state = byte === 0x7d ? 'done' : 'tail'
        this.at++
        return
      default:
        this.unexpected('nothing after the array', 'text_after_array')
    }
  }

  /** Keeps what stands beside the array, to be looked at when the file ends. */
  private takeTail(): false {
    const rest = this.window.bytes.subarray(this.at)
    this.behind = this.behind === null ? rest : Buffer.concat([this.behind, rest])
    this.at = this.window.bytes.length
    if (this.behind.length <= MAX_TAIL_BYTES) return false
    throw this.badTail(`at most ${MAX_TAIL_BYTES} bytes of other properties behind the array`)
  }

  /** Other properties may be texts and numbers; another array of objects would be rows that are lost. */
  private checkTail(tail: Buffer): void {
    let value: unknown
    try {
      value = JSON.parse(`{${tail.toString('utf8')}`)
    } catch {
      throw this.badTail('the other properties of the object, and "}" at the end')
    }
    const holdsRows = (item: unknown) =>
      Array.isArray(item) && item.some((one) => typeof one === 'object' && one !== null)
    if (Object.values(value as object).some(holdsRows)) {
      throw this.badTail('one array of rows in the object; write each array to a file of its own')
    }
  }

  private badTail(expected: string): FormatError {
    return this.parser.fileError({
      row: null,
      position: this.window.base + this.at,
      reason: 'text_after_array',
      problem: 'More than the rows follows the array.',
      expected,
    })
  }

  private closeArray(): void {
    this.state = this.layout.prefixBytes > 0 ? 'unwrap' : 'done'
    this.at++
  }

  private beginElement(byte: number): void {
    this.state = 'inside'
    this.start = this.at
    this.isDropping = false
    this.isScalar = byte !== 0x7b && byte !== 0x5b
    this.isInString = false
    this.isEscaped = false
    this.scan.reset()
  }

  /** Scans on in the element; true when it ended and was emitted. */
  private element(): boolean {
    const { bytes } = this.window
    const end = this.isScalar ? this.scalarEnd(bytes) : this.scan.run(bytes, this.at, bytes.length)
    if (end < 0) {
      this.at = bytes.length
      if (this.at - this.start > this.parser.maxRowBytes) this.isDropping = true
      return false
    }
    this.emit(end)
    return true
  }

  /** A bare element ends before the next comma, bracket or white space outside a string; goes on where the last scan ended. */
  private scalarEnd(bytes: Buffer): number {
    for (let at = this.at; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (this.isInString) {
        if (this.isEscaped) this.isEscaped = false
        else if (byte === 0x5c) this.isEscaped = true
        else if (byte === 0x22) this.isInString = false
      } else if (byte === 0x22) this.isInString = true
      else if (byte === 0x2c || byte === 0x5d || byte === 0x7d || byte <= 0x20) return at
    }
    return -1
  }

  private emit(end: number): void {
    this.rowNumber++
    const place = { rowNumber: this.rowNumber, line: null, position: this.window.base + this.start }
    const size = end - this.start
    const row =
      size > this.parser.maxRowBytes
        ? this.parser.tooLarge(size, place)
        : this.parser.parse(
            this.window.bytes,
            this.start,
            end,
            this.scan,
            true,
            this.window.isSuspect,
            place,
          )
    this.batch.add(row, size > this.parser.maxRowBytes ? 0 : size)
    this.at = end
    this.state = this.isConcatenated ? 'element' : 'after'
  }

  private unexpected(expected: string, reason = 'syntax'): never {
    throw this.parser.fileError({
      row: this.rowNumber === 0 ? null : this.rowNumber,
      position: this.window.base + this.at,
      reason,
      problem:
        reason === 'syntax' ? 'The array is not valid JSON here.' : 'Text follows the array.',
      expected,
      context: contextOf(this.window.bytes.toString('utf8', this.at, this.at + 160)),
    })
  }

  private tail(): string {
    const { bytes } = this.window
    return bytes.toString('utf8', Math.max(0, bytes.length - 80))
  }
}
