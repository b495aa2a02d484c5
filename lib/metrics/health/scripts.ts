// Scripts of everyday languages; letters of all others count together.
const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Tibetan',
  'Georgian',
  'Armenian',
  'Ethiopic',
  'Hangul',
  'Han',
  'Hiragana',
  'Katakana',
] as const
const OTHER = 'another script'
const JAPANESE = 'Japanese'
// Japanese is written in Han and kana together; Chinese text holds kana only where it quotes some.
const KANA_SHARE = 0.05

// What one character says in letters: otherwise a Latin name of two words would outweigh a Chinese sentence.
const WEIGHTS = new Map([
  ['Han', 3],
  ['Hangul', 2],
  ['Hiragana', 2],
  ['Katakana', 2],
])

const LETTER = /\p{L}/u
const PATTERNS = SCRIPTS.map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const)

const known = new Map<string, string | null>()
// Each letter is looked up once; the characters of all scripts above are fewer than this.
const MOST_KNOWN = 100_000

function scriptOf(character: string): string | null {
  const found = known.get(character)
  if (found !== undefined) return found
  const script = LETTER.test(character)
    ? (PATTERNS.find(([, pattern]) => pattern.test(character))?.[0] ?? OTHER)
    : null
  if (known.size < MOST_KNOWN) known.set(character, script)
  return script
}

/** Letters of a text by script; a Han character counts as three, kana and Hangul as two. */
export interface Scripts {
  letters: number
  /** Script of most letters; '' without any. */
  main: string
  of: ReadonlyMap<string, number>
}

/** Returns how many letters of each script a text has; Han and kana of Japanese texts count as one script. */
export function scriptsOf(text: string): Scripts {
  const of = new Map<string, number>()
  let letters = 0
  for (const character of text) {
    const script = scriptOf(character)
    if (script === null) continue
    const weight = WEIGHTS.get(script) ?? 1
    letters += weight
    of.set(script, (of.get(script) ?? 0) + weight)
  }
  const kana = (of.get('Hiragana') ?? 0) + (of.get('Katakana') ?? 0)
  const japanese = kana + (of.get('Han') ?? 0)
  if (kana > 0 && kana >= KANA_SHARE * japanese) {
    for (const script of ['Hiragana', 'Katakana', 'Han']) of.delete(script)
    of.set(JAPANESE, japanese)
  }
  const main = [...of].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0])[0]
  return { letters, main, of }
}
