/** What the exact parser allows beyond the grammar. */
export interface ExactOptions {
  duplicateKeys: 'error' | 'last'
  loneSurrogates: 'error' | 'replace'
  nul: 'keep' | 'error'
  maxDepth: number
}

/** A grammar error with its position in the text. */
export class ExactError extends Error {
  constructor(
    readonly reason: string,
    readonly problem: string,
    readonly expected: string,
    readonly at: number,
  ) {
    super(problem)
  }
}

export interface ReadString {
  value: string
  /** Position after the closing quote. */
  end: number
  /** A lone surrogate was replaced by U+FFFD. */
  isReplaced: boolean
}

/** Reads the JSON string whose opening quote stands at `start`. Throws ExactError. */
export function readString(text: string, start: number, options: ExactOptions): ReadString {
  let hasEscape = false
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 0x22) break
    if (code === 0x5c) {
      hasEscape = true
      at = escapeEnd(text, at)
    } else if (code < 0x20) {
      throw new ExactError(
        'control_character',
        'A control character stands unescaped in a string.',
        'an escape such as \\n',
        at,
      )
    } else if (Number.isNaN(code)) throw truncated(text, 'a closing quote')
    else at++
  }
  if (hasEscape) return unescape(text, start, at, options)
  return { value: text.slice(start + 1, at), end: at + 1, isReplaced: false }
}

function truncated(text: string, expected: string): ExactError {
  return new ExactError('truncated', 'The text ends inside a string.', expected, text.length)
}

function escapeEnd(text: string, at: number): number {
  const next = text[at + 1]
  if (next === 'u') {
    if (/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return at + 6
  } else if (next !== undefined && '"\\/bfnrt'.includes(next)) return at + 2
  if (at + (next === 'u' ? 6 : 2) > text.length) throw truncated(text, 'the rest of the escape')
  const expected = 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX'
  throw new ExactError('syntax', 'This is not a JSON escape.', expected, at)
}

/** `end` is the position of the closing quote. */
function unescape(source: string, start: number, end: number, options: ExactOptions): ReadString {
  const value = JSON.parse(source.slice(start, end + 1)) as string
  if (options.nul === 'error' && value.includes('\0')) {
    const at = start + Math.max(0, source.slice(start, end).search(/\\u0000/))
    throw new ExactError('nul', 'The text holds the character U+0000.', 'text without U+0000', at)
  }
  if (!/\p{Surrogate}/u.test(value)) return { value, end: end + 1, isReplaced: false }
  if (options.loneSurrogates === 'replace') {
    return { value: value.replace(/\p{Surrogate}/gu, '\uFFFD'), end: end + 1, isReplaced: true }
  }
  throw new ExactError(
    'lone_surrogate',
    'Half of a surrogate pair stands alone.',
    'both halves, or the option to replace it by U+FFFD',
    loneSurrogateAt(source, start + 1, end),
  )
}

/** Returns where the escape of the first lone surrogate between two positions starts. */
function loneSurrogateAt(text: string, from: number, to: number): number {
  const escapes = /\\(?:u([0-9a-fA-F]{4})|[^u])/g
  escapes.lastIndex = from
  let high = -1
  for (let match = escapes.exec(text); match && match.index < to; match = escapes.exec(text)) {
    const unit = match[1] ? Number.parseInt(match[1], 16) : 0
    const follows = high >= 0 && match.index === high + 6
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (high >= 0 && !(follows && isLow)) return high
    if (isLow && !follows) return match.index
    high = unit >= 0xd800 && unit <= 0xdbff ? match.index : -1
  }
  return high >= 0 ? high : from
}
