import { contextOf, FormatError } from '../format-error'
import type { FormatErrorInfo } from '../format-error'
import type { JsonObject, JsonValue, Literals, RawRow, ReadOptions, RowFlag } from '../types'
import { firstInvalidUtf8 } from './encoding'
import { ExactParser, MAX_KEY_CHARS } from './json-exact'
import { ExactError } from './json-string'
import type { ExactOptions } from './json-string'
import type { JsonScan } from './json-scan'
import { exactKeys, isSame } from './plain-value'
import type { TextInput } from './text-input'

const DEFAULT_MAX_ROW_BYTES = 16 << 20
const DEFAULT_MAX_DEPTH = 64
const DEFAULT_MAX_KEYS = 256
// The quick way searches the text once for every key: past this many steps a scan of the text is cheaper.
const MAX_KEY_SEARCH = 1 << 20
const NO_KEYS: readonly string[] = []
const NO_FLAGS: readonly RowFlag[] = []

/** Where a row lies. */
export interface RowPlace {
  rowNumber: number
  line: number | null
  /** Position of the first byte in the UTF-8 stream. */
  position: number
}

/**
 * Turns the bytes of one row into a RawRow: JSON.parse where that is exact, the exact parser where the scan or the result shows that it
 * is not. Holds the keys seen so far; throws FormatError when there are too many of them.
 */
export class RowParser {
  readonly maxRowBytes: number
  private readonly exact: ExactOptions
  private readonly maxKeys: number
  private readonly shapes = new Map<string, readonly string[]>()
  private readonly knownKeys = new Set<string>()
  private readonly foldedKeys = new Map<string, string>()
  private lastKeys: readonly string[] = NO_KEYS
  private lastQuoted: readonly string[] = NO_KEYS
  private areLastKeysSimple = false

  constructor(
    private readonly input: TextInput,
    private readonly options: ReadOptions,
  ) {
    this.maxRowBytes = options.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES
    this.maxKeys = options.maxKeys ?? DEFAULT_MAX_KEYS
    this.exact = {
      duplicateKeys: options.duplicateKeys ?? 'error',
      loneSurrogates: options.loneSurrogates ?? 'error',
      nul: options.nul ?? 'keep',
      maxDepth: options.maxDepth ?? DEFAULT_MAX_DEPTH,
    }
  }

  /** Parses bytes[from, to). With `isScanned`, `scan` has run over them; else it runs when the row needs it. */
  parse(
    bytes: Buffer,
    from: number,
    to: number,
    scan: JsonScan,
    isScanned: boolean,
    isSuspect: boolean,
    place: RowPlace,
  ): RawRow {
    const byteOffset = this.input.toOriginal(place.position)
    if (isSuspect) {
      const bad = firstInvalidUtf8(bytes.subarray(from, to))
      if (bad >= 0) return this.invalidUtf8(bytes, from, bad, byteOffset, place)
    }
    const text = bytes.toString('utf8', from, to)
    if (!isScanned) {
      const value = parseOrUndefined(text)
      const keys = value === undefined ? null : this.flatKeys(value, text)
      if (keys) return rawRow(place, byteOffset, value as JsonValue, keys, null, NO_FLAGS)
      scan.reset()
      scan.run(bytes, from, to)
    }
    if (scan.maxDepth <= this.exact.maxDepth && !this.needsExact(scan)) {
      const value = parseOrUndefined(text)
      const keys = value === undefined ? null : exactKeys(value, scan.keys)
      if (keys) {
        const shared = this.shareKeys(keys, place, byteOffset)
        return rawRow(place, byteOffset, value as JsonValue, shared, null, NO_FLAGS)
      }
    }
    return this.parseExact(text, byteOffset, place)
  }

  /** Returns the row of an element that is larger than the limit; its bytes were not kept. */
  tooLarge(sizeBytes: number, place: RowPlace): RawRow {
    const byteOffset = this.input.toOriginal(place.position)
    const limit = `at most ${this.maxRowBytes} bytes a row; split such a row or leave it out`
    return this.broken(place, byteOffset, {
      reason: 'row_too_large',
      byteOffset,
      problem: `The row is ${sizeBytes} bytes long.`,
      expected: limit,
    })
  }

  /** Returns an error about the file at a position of the UTF-8 stream. */
  fileError(
    info: Omit<FormatErrorInfo, 'file' | 'byteOffset'> & { position: number },
  ): FormatError {
    const { position, ...rest } = info
    return new FormatError({
      file: this.input.name,
      byteOffset: this.input.toOriginal(position),
      ...rest,
    })
  }

  /**
   * Returns the shared keys of a flat row of texts whose keys are those of the row before, null when the row needs a closer look. A key
   * that stands once in the text is no duplicate: inside a string its quotes would be escaped, and a key in escapes needs a \\u.
   */
  private flatKeys(value: JsonValue, text: string): readonly string[] | null {
    if (typeof value !== 'object' || value === null || !this.areLastKeysSimple) return null
    if (this.lastKeys.length * text.length > MAX_KEY_SEARCH) return null
    const keys = Object.keys(value)
    if (!isSame(keys, this.lastKeys) || text.includes('\\u')) return null
    for (let i = 0; i < keys.length; i++) {
      const cell = (value as JsonObject)[keys[i] as string]
      if (typeof cell !== 'string' && cell !== null && typeof cell !== 'boolean') return null
      const quoted = this.lastQuoted[i] as string
      const at = text.indexOf(quoted)
      if (text.indexOf(quoted, at + quoted.length) >= 0) return null
    }
    return this.lastKeys
  }

  private needsExact(scan: JsonScan): boolean {
    return (
      scan.hasOddNumber ||
      scan.hasSurrogateEscape ||
      (scan.hasNulEscape && this.exact.nul === 'error')
    )
  }

  private parseExact(text: string, byteOffset: number, place: RowPlace): RawRow {
    try {
      const result = new ExactParser(text, this.exact).parse()
      const keys = this.shareKeys(result.keys, place, byteOffset)
      const flags: RowFlag[] = []
      if (result.hasReplaced) flags.push('lone_surrogate_replaced')
      if (result.hasNonfinite) flags.push('nonfinite_number')
      if (result.hasRepeated) flags.push('repeated_key_dropped')
      return rawRow(place, byteOffset, result.value, keys, result.literals, flags)
    } catch (error) {
      if (!(error instanceof ExactError)) throw error
      // Past the end there is no byte to point at: the last one is meant.
      const at = Math.min(error.at, Math.max(0, text.length - 1))
      const position = place.position + Buffer.byteLength(text.slice(0, at))
      return this.broken(place, byteOffset, {
        reason: error.reason,
        byteOffset: this.input.toOriginal(position),
        problem: error.problem,
        expected: error.expected,
        context: contextOf(text, at),
      })
    }
  }

  private invalidUtf8(
    bytes: Buffer,
    from: number,
    bad: number,
    byteOffset: number,
    place: RowPlace,
  ): RawRow {
    return this.broken(place, byteOffset, {
      reason: 'invalid_utf8',
      byteOffset: this.input.toOriginal(place.position + bad),
      problem: `The byte 0x${(bytes[from + bad] ?? 0).toString(16)} is not valid UTF-8 here.`,
      expected: 'UTF-8; choose another encoding (GB18030, Windows-1252) or convert the file',
      context: contextOf(bytes.toString('latin1', from + Math.max(0, bad - 40), from + bad)),
    })
  }

  private broken(
    place: RowPlace,
    byteOffset: number,
    info: Omit<FormatErrorInfo, 'file' | 'row' | 'line'>,
  ): RawRow {
    const error = this.rowError(place, info)
    const broken = rawRow(place, byteOffset, null, NO_KEYS, null, NO_FLAGS)
    broken.error = error
    return broken
  }

  private shareKeys(
    keys: readonly string[],
    place: RowPlace,
    byteOffset: number,
  ): readonly string[] {
    if (isSame(keys, this.lastKeys)) return this.lastKeys
    // More keys than all rows may have together: no need to write them out.
    if (keys.length > this.maxKeys) this.noteKeys(keys, place, byteOffset)
    const shape = JSON.stringify(keys)
    let shared = this.shapes.get(shape)
    if (!shared) {
      shared = keys
      this.shapes.set(shape, keys)
      this.noteKeys(keys, place, byteOffset)
    }
    this.lastKeys = shared
    this.lastQuoted = shared.map((key) => `"${key}"`)
    this.areLastKeysSimple =
      shared.length > 0 && shared.every((key) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key))
    return shared
  }

  private noteKeys(keys: readonly string[], place: RowPlace, byteOffset: number): void {
    for (const key of keys) {
      if (this.knownKeys.has(key)) continue
      // Before the key is normalised, which takes long for some texts.
      if (key.length > MAX_KEY_CHARS) {
        throw this.rowError(place, {
          byteOffset,
          reason: 'key_too_long',
          problem: `A key is longer than ${MAX_KEY_CHARS} characters.`,
          expected: 'short keys, with the texts as their values',
        })
      }
      this.knownKeys.add(key)
      if (this.knownKeys.size > this.maxKeys) {
        throw this.rowError(place, {
          byteOffset,
          reason: 'too_many_keys',
          problem: `The rows up to here have more than ${this.maxKeys} distinct keys.`,
          expected:
            'rows with the same few keys; here the keys seem to be data, as in a log-probability file',
        })
      }
      const folded = key.normalize('NFC').toLowerCase()
      const twin = this.foldedKeys.get(folded)
      if (twin === undefined) this.foldedKeys.set(folded, key)
      else
        this.options.onNote?.(
          `The keys ${show(twin)} and ${show(key)} differ only by case or Unicode form.`,
        )
    }
  }

  private rowError(
    { rowNumber: row, line }: RowPlace,
    info: Omit<FormatErrorInfo, 'file' | 'row' | 'line'>,
  ): FormatError {
    return new FormatError({ file: this.input.name, row, line, ...info })
  }
}

function show(key: string): string {
  return JSON.stringify(key.slice(0, 40))
}

function rawRow(
  place: RowPlace,
  byteOffset: number,
  value: JsonValue,
  keys: readonly string[],
  literals: Literals | null,
  flags: readonly RowFlag[],
): RawRow {
  return {
    rowNumber: place.rowNumber,
    line: place.line,
    byteOffset,
    value,
    keys,
    literals,
    flags,
    error: null,
  }
}

function parseOrUndefined(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
