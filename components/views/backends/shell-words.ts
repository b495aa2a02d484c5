const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', a: '\u0007' }

/** A piece of a word: text, or null for the blanks between words. */
type Piece = string | null

// $'...' with escapes, "...", '...', continued lines of bash (\), cmd (^) and PowerShell (`), bare text, blanks.
const PIECES =
  /\$'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"|'([^']*)'|[\\^`][ \t]*\r?\n|\\([^])|((?:[^\s"'\\^$]|\$(?!'))+)|\s+|["'$^]/g

function ansiText(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|([^]))/gi, (_, hex, unicode, char) =>
    hex || unicode
      ? String.fromCodePoint(Number.parseInt(hex ?? unicode, 16))
      : (ESCAPES[char as string] ?? (char as string)),
  )
}

function pieceOf(match: RegExpMatchArray): Piece {
  const [whole, ansi, double, single, escaped, bare] = match
  if (ansi !== undefined) return ansiText(ansi)
  // Inside double quotes only these are escaped; other backslashes stand for themselves.
  if (double !== undefined) return double.replace(/\\\r?\n/g, '').replace(/\\(["\\$`])/g, '$1')
  if (/^\s|^[\\^`][ \t]*\r?\n$/.test(whole)) return null
  return single ?? escaped ?? bare ?? whole
}

/** cmd escapes even the quotes when a browser copies a command for it. */
function withoutCarets(command: string): string {
  if (!command.includes('^"')) return command
  return command.replace(/\^[ \t]*\r?\n/g, ' ').replace(/\^([^])/g, '$1')
}

/** Returns the words of a shell command; understands quotes and continued lines of bash, cmd and PowerShell, runs nothing. */
export function shellWords(command: string): string[] {
  const words: string[] = []
  let word: string | null = null
  for (const match of withoutCarets(command).matchAll(PIECES)) {
    const piece = pieceOf(match)
    if (piece !== null) word = (word ?? '') + piece
    else {
      if (word !== null) words.push(word)
      word = null
    }
  }
  if (word !== null) words.push(word)
  return words
}
