const SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
/** Matches what Python takes for white space: that of Unicode and the four information separators, but no BOM. */
export const PYTHON_SPACE = new RegExp(`[${SPACE}]`, 'u')

/** Returns the text without the characters at its ends that match; linear, whatever the text repeats. */
export function stripEnds(text: string, atStart: RegExp, atEnd: RegExp): string {
  let start = 0
  let end = text.length
  while (start < end && atStart.test(text.charAt(start))) start += 1
  while (end > start && atEnd.test(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

/** Returns the text without the white space that Python's strip removes at both ends. */
export function pythonStrip(text: string): string {
  return stripEnds(text, PYTHON_SPACE, PYTHON_SPACE)
}

const DECIMAL_DIGIT = /\p{Nd}/u

/** Returns the text with every Unicode decimal digit as 0..9, as Python reads numbers. */
function withAsciiDigits(text: string): string {
  return [...text]
    .map((character) => {
      if (character <= '\x7f' || !DECIMAL_DIGIT.test(character)) return character
      // Unicode lays decimal digits out in runs of ten, each from zero to nine.
      const code = character.codePointAt(0) as number
      let zero = code
      while (DECIMAL_DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1
      return String((code - zero) % 10)
    })
    .join('')
}

const DIGITS = '\\d(?:_?\\d)*'
const NUMBER = new RegExp(
  `^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`,
  'i',
)
const SPECIAL = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i

/**
 * Returns what Python's float(text) returns, NaN and infinities included, or null where it raises. Differs from
 * Number(): an empty text, 0x10 and 1,000 are refused; 1_000, inf and digits of other scripts are read.
 */
export function parsePythonFloat(text: string): number | null {
  const stripped = withAsciiDigits(pythonStrip(text))
  const special = SPECIAL.exec(stripped)
  if (special) {
    if (special[2] === undefined) return NaN
    return special[1] === '-' ? -Infinity : Infinity
  }
  return NUMBER.test(stripped) ? Number(stripped.replaceAll('_', '')) : null
}
