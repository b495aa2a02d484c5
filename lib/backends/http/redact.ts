const HIDDEN = '[redacted]'
// A shorter key ("EMPTY", "none") also occurs in ordinary replies, where it is no secret.
const SECRET_CHARACTERS = 16
// The start or end of a secret of this length gives it away in part.
const PART_CHARACTERS = 8
// Vendors begin their keys with words; a part of letters alone must be longer to be no word of a message.
const WORD_PART_CHARACTERS = 14

/** One way in which a key can be written. */
interface Spelling {
  text: string
  /** Characters at its start or end that give the key away; its whole length where parts are not looked for. */
  part: number
  /** How the text to be searched is folded first. */
  fold: (text: string) => string
}

const same = (text: string) => text
const base64Letters = (text: string) => text.replaceAll('-', '+').replaceAll('_', '/')
const lowerCase = (text: string) => text.replace(/[A-F]/g, (digit) => digit.toLowerCase())

/** Returns the characters of base64 that the key alone decides, with 0, 1 or 2 bytes before it (`user:key`, `Bearer key`). */
function base64Spellings(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    return encoded.slice(from, Math.floor(((before + bytes.length) * 8) / 6))
  })
}

function partOf(key: string, characters: number): number {
  const isWord =
    /^[A-Za-z]*$/.test(key.slice(0, characters)) || /^[A-Za-z]*$/.test(key.slice(-characters))
  return isWord ? Math.max(characters, WORD_PART_CHARACTERS) : characters
}

function spellingsOf(key: string, characters: number): Spelling[] {
  if (key.length < SECRET_CHARACTERS) return [{ text: key, part: key.length, fold: same }]
  const bytes = Buffer.from(key, 'utf8')
  const part = Math.min(key.length, partOf(key, characters))
  return [
    { text: key, part, fold: same },
    { text: bytes.toString('hex'), part: 2 * part, fold: lowerCase },
    ...base64Spellings(bytes).map((text) => ({
      text: base64Letters(text),
      part: Math.min(text.length, Math.ceil((part * 8) / 6)),
      fold: base64Letters,
    })),
  ]
}

/** A text without escapes, and where each of its characters begins and ends in the original. */
interface Plain {
  text: string
  starts: number[]
  ends: number[]
}

// Escapes of JSON, URLs and HTML, and the blanks and line breaks that wrap long words.
const ESCAPED =
  /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});|\\([^u])|\s+/gi

// The escapes of printable ASCII, in which a whole reply could hide a key; backslashes double in JSON within JSON.
const HIDING = /\\+u00[2-7][0-9a-f]|\\+x[2-7][0-9a-f]|%[2-7][0-9a-f]|&#x?[0-9a-f]{2,3};|\\+\//gi
// Replies are full of escaped quotes: they matter only where the key has one.
const HIDING_QUOTED = new RegExp(`${HIDING.source}|\\\\+["\\\\]`, 'gi')
// JSON stands in JSON, as in a message that quotes a reply.
const LEVELS = 2

function plainOf(match: readonly (string | undefined)[]): string {
  const [, unicode, byte, percent, html, decimal, char] = match
  const hex = unicode ?? byte ?? percent ?? html
  if (hex === undefined && decimal === undefined) {
    // A line break or tab, written out or not, is no part of a key.
    return char === undefined || /[nrtbf]/.test(char) ? '' : char
  }
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  return code <= 0x20 ? '' : String.fromCharCode(code)
}

function unescapeOnce({ text, starts, ends }: Plain): Plain {
  const plain: Plain = { text: '', starts: [], ends: [] }
  const keep = (from: number, to: number) => {
    plain.text += text.slice(from, to)
    for (let at = from; at < to; at += 1) {
      plain.starts.push(starts[at] as number)
      plain.ends.push(ends[at] as number)
    }
  }
  let from = 0
  for (const match of text.matchAll(ESCAPED)) {
    keep(from, match.index)
    from = match.index + match[0].length
    const char = plainOf(match)
    if (char === '') continue
    plain.text += char
    plain.starts.push(starts[match.index] as number)
    plain.ends.push(ends[from - 1] as number)
  }
  keep(from, text.length)
  return plain
}

function withoutEscapes(text: string): Plain[] {
  const places = Array.from({ length: text.length }, (_, at) => at)
  const levels: Plain[] = [{ text, starts: places, ends: places.map((at) => at + 1) }]
  for (let level = 1; level <= LEVELS; level += 1) levels.push(unescapeOnce(levels.at(-1) as Plain))
  return levels
}

/** Returns [from, to) of every start, end or whole of a spelling in a text. */
function rangesOf({ text, part, fold }: Spelling, searched: string): [number, number][] {
  const folded = fold(searched)
  const ranges: [number, number][] = []
  const head = text.slice(0, part)
  for (let at = folded.indexOf(head); at >= 0; at = folded.indexOf(head, at + 1)) {
    let length = part
    while (length < text.length && folded[at + length] === text[length]) length += 1
    ranges.push([at, at + length])
  }
  const tail = text.slice(-part)
  for (let at = folded.indexOf(tail); at >= 0; at = folded.indexOf(tail, at + 1)) {
    let length = part
    while (length < text.length && folded[at + part - length - 1] === text.at(-length - 1))
      length += 1
    ranges.push([at + part - length, at + part])
  }
  return ranges
}

/**
 * Returns the text with the key replaced wherever it stands: as it is, in base64, in hexadecimal or with escapes, whole or
 * from its start or up to its end.
 */
export function redactKey(text: string, key: string | undefined): string {
  if (!key) return text
  const spellings = spellingsOf(key, PART_CHARACTERS)
  const found = withoutEscapes(text)
    .flatMap((plain) =>
      spellings
        .flatMap((spelling) => rangesOf(spelling, plain.text))
        .map(([from, to]) => [plain.starts[from] as number, plain.ends[to - 1] as number] as const),
    )
    .sort(([a], [b]) => a - b)
  let clean = ''
  let end = 0
  for (const [from, to] of found) {
    if (to <= end) continue
    clean += from < end ? '' : text.slice(end, from) + HIDDEN
    end = to
  }
  return clean + text.slice(end)
}

/**
 * Returns whether a reply repeats the key that was sent, in any spelling, or a part of it as long as a secret; keys too
 * short to be secrets do not count.
 */
export function repeatsKey(text: string, key: string | undefined): boolean {
  if (!key || key.length < SECRET_CHARACTERS) return false
  const needles = spellingsOf(key, SECRET_CHARACTERS).flatMap(({ text: written, part, fold }) =>
    [written.slice(0, part), written.slice(-part)].flatMap((piece) =>
      // The other letters of an encoding are searched for as well: folding megabytes takes longer.
      fold === base64Letters
        ? [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
        : fold === lowerCase
          ? [piece, piece.toUpperCase()]
          : [piece],
    ),
  )
  const holds = (searched: string) => needles.some((needle) => searched.includes(needle))
  if (holds(text)) return true
  const escapes = /["\\]/.test(key) ? HIDING_QUOTED : HIDING
  return text.search(escapes) >= 0 && holds(text.replace(escapes, hidden))
}

function hidden(escape: string): string {
  const digits = /[0-9a-f]+(?=;?$)/i.exec(escape)?.[0] ?? ''
  if (digits === '') return escape.at(-1) as string
  const code = /^&#\d/.test(escape) ? Number(digits) : Number.parseInt(digits.slice(-2), 16)
  return String.fromCharCode(code)
}
