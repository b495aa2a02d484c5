import { AppError } from '@/lib/errors'

/** Longest piece of the file quoted in an error. */
const CONTEXT_CHARS = 80

export interface FormatErrorInfo {
  file: string
  /** 1-based; null when the error is about the whole file. */
  row: number | null
  line?: number | null
  byteOffset: number | null
  /** Stable name of the rule that was broken. */
  reason: string
  /** What is wrong, without place. */
  problem: string
  expected: string
  context?: string
}

/** Returns at most 80 characters with control characters shown as escapes, never half a surrogate pair. */
export function contextOf(text: string, at = 0): string {
  const from = Math.max(0, at - CONTEXT_CHARS / 2)
  const shown = text.slice(from, from + CONTEXT_CHARS).replace(/\p{Surrogate}/gu, '\uFFFD')
  return escapeControls(shown)
    .slice(0, CONTEXT_CHARS)
    .replace(/\p{Surrogate}$/u, '')
}

function escapeControls(text: string): string {
  let out = ''
  for (const char of text) {
    const code = char.codePointAt(0) as number
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
    out += isControl ? `\\u${code.toString(16).padStart(4, '0')}` : char
  }
  return out
}

/** A broken file or row: names file, row, byte offset, what was expected and up to 80 characters around the place. */
export class FormatError extends AppError {
  readonly file: string
  readonly row: number | null
  readonly line: number | null
  readonly byteOffset: number | null
  readonly reason: string
  readonly expected: string
  readonly context: string

  constructor(info: FormatErrorInfo, cause?: unknown) {
    const context = (info.context ?? '').slice(0, CONTEXT_CHARS)
    const line = info.line ?? null
    const place = [
      info.file,
      info.row === null ? '' : `row ${info.row}`,
      line === null ? '' : `line ${line}`,
      info.byteOffset === null ? '' : `byte ${info.byteOffset}`,
    ].filter(Boolean)
    const near = context ? ` Near: ${context}` : ''
    super('data_error', `${place.join(', ')}: ${info.problem} Expected: ${info.expected}.${near}`, {
      ...(cause === undefined ? {} : { cause }),
      details: {
        file: info.file,
        row: info.row,
        line,
        byteOffset: info.byteOffset,
        reason: info.reason,
        expected: info.expected,
        context,
      },
    })
    this.name = 'FormatError'
    this.file = info.file
    this.row = info.row
    this.line = line
    this.byteOffset = info.byteOffset
    this.reason = info.reason
    this.expected = info.expected
    this.context = context
  }
}
