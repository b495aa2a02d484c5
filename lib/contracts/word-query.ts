/** A word, or words that follow each other. */
export interface Phrase {
  words: string[]
  /** Whether the last word only has to begin so. */
  isPrefix: boolean
}

/** A search for words, read. */
export type WordQuery = Phrase | { all: WordQuery[] } | { any: WordQuery[] } | { not: WordQuery }

/** What is wrong with a search, and where: `at` counts characters from 0. */
export interface FindError {
  message: string
  at: number
}

// As the words' index was told (text_words): letters, digits, marks on letters, private characters.
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu

// Words are not told apart by blanks there, so the index holds whole sentences as one word.
const WITHOUT_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

// Each is one look at the index for each file.
const MOST_WORDS = 50

/** Returns a word as it is compared: small letters, sign by sign, as the index does. */
function fold(word: string): string {
  return [...word].map((sign) => (sign === 'İ' ? 'i' : sign.toLowerCase())).join('')
}

/** A word of a text, folded, with its place. */
interface PlacedWord {
  word: string
  from: number
  to: number
}

/** The words of a text in order. */
function* wordsIn(text: string): Generator<PlacedWord> {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    yield { word: fold(word), from: index, to: index + word.length }
  }
}

class Wrong extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message)
  }
}

interface Token {
  text: string
  at: number
  kind: 'open' | 'close' | 'or' | 'and' | 'not' | 'term'
  isQuoted?: boolean
}

const OPERATORS: Record<string, Token['kind']> = { OR: 'or', AND: 'and', NOT: 'not', '|': 'or' }

function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|[()|]|-(?=\S)|"([^"]*)("\*?|$)|[^\s()|"]+/gu
  for (const { 0: text, 1: quoted, 2: end, index: at } of query.matchAll(pattern)) {
    if (/^\s/u.test(text)) continue
    if (quoted !== undefined) {
      if (end === '')
        throw new Wrong('The phrase that begins here has no closing quotation mark.', at)
      const star = end === '"*' ? '*' : ''
      tokens.push({ text: quoted + star, at, kind: 'term', isQuoted: true })
    } else if (text === '(') tokens.push({ text, at, kind: 'open' })
    else if (text === ')') tokens.push({ text, at, kind: 'close' })
    else if (text === '-') tokens.push({ text, at, kind: 'not' })
    else tokens.push({ text, at, kind: OPERATORS[text] ?? 'term' })
  }
  return tokens
}

function phraseOf({ text, at, isQuoted }: Token): Phrase {
  const isPrefix = text.endsWith('*')
  const body = isPrefix ? text.slice(0, -1) : text
  const star = body.indexOf('*')
  if (star >= 0 && !isQuoted) {
    throw new Wrong('A star stands at the end of a word: evol*.', at + star)
  }
  const words = [...wordsIn(body)].map(({ word }) => word)
  if (words.length === 0) {
    throw new Wrong(`"${body || text}" has no letter or digit. Search for signs as text.`, at)
  }
  if (words.some((word) => WITHOUT_BLANKS.test(word))) {
    const why = 'is written without blanks between words, which cannot be told apart here'
    throw new Wrong(`"${body}" ${why}. Search for it as text.`, at)
  }
  return { words, isPrefix }
}

/** Reads tokens from left to right: "or" joins what "and" joins. */
class Reading {
  private next = 0
  constructor(
    private readonly tokens: readonly Token[],
    private readonly end: number,
  ) {}

  private peek(): Token | undefined {
    return this.tokens[this.next]
  }

  private fail(expected: string): never {
    const token = this.peek()
    throw new Wrong(
      token
        ? `${expected} is expected instead of "${token.text}".`
        : `${expected} is missing at the end.`,
      token?.at ?? this.end,
    )
  }

  any(depth = 0): WordQuery {
    // Deeper than anybody writes; each level is a call.
    if (depth > 20) throw new Wrong('Brackets are nested too deeply.', this.peek()?.at ?? this.end)
    const parts = [this.all(depth)]
    while (this.peek()?.kind === 'or') {
      this.next += 1
      parts.push(this.all(depth))
    }
    return parts.length === 1 ? (parts[0] as WordQuery) : { any: parts }
  }

  private all(depth: number): WordQuery {
    const parts = [this.one(depth)]
    for (let token = this.peek(); token; token = this.peek()) {
      if (token.kind === 'or' || token.kind === 'close') break
      if (token.kind === 'and') this.next += 1
      parts.push(this.one(depth))
    }
    return parts.length === 1 ? (parts[0] as WordQuery) : { all: parts }
  }

  private one(depth: number): WordQuery {
    const token = this.peek()
    if (token?.kind === 'not') {
      this.next += 1
      return { not: this.one(depth + 1) }
    }
    if (token?.kind === 'open') {
      this.next += 1
      const inner = this.any(depth + 1)
      if (this.peek()?.kind !== 'close') this.fail('A closing bracket')
      this.next += 1
      return inner
    }
    if (token?.kind !== 'term') this.fail('A word')
    this.next += 1
    return phraseOf(token as Token)
  }

  finish(): void {
    if (this.peek()) this.fail('A word')
  }
}

/**
 * Returns a search for words as a tree, or what is wrong with it. Words are joined by "and"; OR, AND, NOT, a leading minus,
 * brackets, "phrases" and a star at the end of a word are understood.
 */
export function parseWords(query: string): { query: WordQuery } | { error: FindError } {
  try {
    const tokens = tokensOf(query)
    const terms = tokens.filter(({ kind }) => kind === 'term')
    if (terms.length > MOST_WORDS) {
      throw new Wrong(`Search for at most ${MOST_WORDS} words.`, terms[MOST_WORDS]?.at ?? 0)
    }
    const reading = new Reading(tokens, query.length)
    const read = reading.any()
    reading.finish()
    return { query: read }
  } catch (error) {
    if (error instanceof Wrong) return { error: { message: error.message, at: error.at } }
    throw error
  }
}

/** Returns every phrase of a search, in order; those that rows must not have only where asked for. */
export function phrasesOf(query: WordQuery, withExcluded: boolean): Phrase[] {
  if ('words' in query) return [query]
  if ('not' in query) return withExcluded ? phrasesOf(query.not, withExcluded) : []
  const parts = 'all' in query ? query.all : query.any
  return parts.flatMap((part) => phrasesOf(part, withExcluded))
}

/** Returns where the phrase stands in a text, in order, at most so many. */
export function placesOfPhrase(text: string, phrase: Phrase, most: number): [number, number][] {
  const found: [number, number][] = []
  const { words, isPrefix } = phrase
  const last = words.length - 1
  // The words just read, as many as the phrase has.
  const recent: PlacedWord[] = []
  for (const placed of wordsIn(text)) {
    recent.push(placed)
    if (recent.length > words.length) recent.shift()
    if (recent.length < words.length) continue
    const fits = words.every((word, k) => {
      const { word: own } = recent[k] as PlacedWord
      return isPrefix && k === last ? own.startsWith(word) : own === word
    })
    if (!fits) continue
    found.push([(recent[0] as PlacedWord).from, placed.to])
    if (found.length >= most) break
  }
  return found
}
