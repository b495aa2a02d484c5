// Words that the bench's texts are made of, with or without a blank before them.
const WORDS = 5_000
const PIECE = ' ?[^\\s]+|\\s'

/** Words of a text of `count` tokens that no other `key` gives: the key is written in its first words. */
export function benchText(key: number, count: number): string {
  const head = [key % WORDS, Math.floor(key / WORDS) % WORDS, count]
  const tail = Array.from({ length: count - head.length }, (_, i) => (key * 31 + i * 7) % WORDS)
  return [...head, ...tail].map((word) => `w${word}`).join(' ')
}

function vocabulary(): Map<string, number> {
  const pieces = ['[UNK]', '\n', ' ']
  for (let word = 0; word < WORDS; word += 1) pieces.push(`w${word}`, ` w${word}`)
  return new Map(pieces.map((piece, id) => [piece, id]))
}

const IDS = vocabulary()
const TEXTS = [...IDS.keys()]
const SPLIT = new RegExp(PIECE, 'g')

/** Returns the ids of a text, 0 for what is no word of the bench. */
export function benchTokenize(text: string): number[] {
  return (text.match(SPLIT) ?? []).map((piece) => IDS.get(piece) ?? 0)
}

/** Returns the text of an id. */
export function benchTokenText(id: number): string {
  return TEXTS[id] ?? '[UNK]'
}

/** Returns a tokenizer.json that cuts texts as `benchTokenize` does. */
export function benchTokenizerJson(): string {
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: 'Split',
      pattern: { Regex: PIECE },
      behavior: 'Isolated',
      invert: false,
    },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(IDS), unk_token: '[UNK]' },
  })
}
