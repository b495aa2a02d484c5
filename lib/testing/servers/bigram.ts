import { textHash, unit } from '@/lib/backends/dialects/fake/hash'
import { FakeTokenizer } from '@/lib/backends/dialects/fake/tokens'
import { LONGER_TEXT, PROBE_TEXT } from '@/lib/backends/probe/tokens'
import { CHECK_TEXT } from '@/lib/backends/tokenizer/check'

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
// After a day most often a comma, after a comma one of the days; everything else is rare.
const AFTER_DAY: Record<string, number> = { ',': 0.9, '.': 0.05 }
const AFTER_COMMA: Record<string, number> = Object.fromEntries(
  DAYS.map((day, i) => [` ${day}`, 0.2 - 0.01 * i]),
)
const AFTER_BOS: Record<string, number> = { Monday: 0.1 }
// Every other pair lies between these losses, fixed by its texts.
const RARE_NATS = 5
const RARE_SPAN_NATS = 6
// How far common pairs of two models differ at most.
const SALT_NATS = 2
const BOS_ID = 1
const BOS_TEXT = '<s>'
const UNKNOWN_ID = 2
const FIRST_ID = 16
// Few enough for a tokenizer file; the texts of the tests have no two pieces with one id.
const VOCABULARY = 60_000
// Every text that the suite and the probe cut into tokens: the vocabulary of the model's file.
const TEXTS = [
  PROBE_TEXT,
  LONGER_TEXT,
  CHECK_TEXT,
  'a b c',
  'Two words,\nthree!',
  'one',
  'Name a day.\nMonday, then Tuesday.',
]
const CANDIDATES = [',', '.', ' and', ...Object.keys(AFTER_COMMA)]

/** How a made-up server misbehaves without an error. */
export type Fault = 'shifted' | 'clamped' | 'noisy'

/** A token as generated. */
export interface Piece {
  id: number
  text: string
  logprob: number
}

/**
 * A language model that fits on a page: the probability of a token depends on the one before it only, so that every score
 * can be computed by hand. Words are tokens; a BOS is added in front of a text where `bos` says so.
 */
export class BigramModel {
  private readonly words = new FakeTokenizer(false)
  private readonly texts: Map<number, string>
  private calls = 0

  constructor(
    readonly bos: boolean,
    private readonly fault: Fault | null = null,
    /** Another salt is another model with the same tokenizer. */
    private readonly salt = 0,
    /** A model with the same vocabulary: each knows the tokens that the other was asked for. */
    relative?: BigramModel,
  ) {
    this.texts = relative?.texts ?? new Map([[BOS_ID, BOS_TEXT]])
    for (const text of [...TEXTS, ...CANDIDATES]) this.encode(text, false)
  }

  /** Returns the id of a piece; the same in every model. */
  id(piece: string): number {
    const id = FIRST_ID + (textHash(piece) % VOCABULARY)
    const known = this.texts.get(id)
    if (known !== undefined && known !== piece) throw new Error(`${known} and ${piece} share an id`)
    this.texts.set(id, piece)
    return id
  }

  encode(text: string, addSpecial: boolean): number[] {
    const ids = this.words.pieces(text).map((piece) => this.id(piece))
    return addSpecial && this.bos ? [BOS_ID, ...ids] : ids
  }

  text(id: number): string {
    return this.texts.get(id) ?? '\ufffd'
  }

  /** Returns a tokenizer.json that cuts texts of the model's vocabulary as the model does. */
  tokenizerFile(): object {
    const vocab = Object.fromEntries(
      [...this.texts, [UNKNOWN_ID, '<unk>'] as const].map(([id, piece]) => [piece, id]),
    )
    const special = {
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [{ id: BOS_ID, content: BOS_TEXT, ...special }],
      normalizer: null,
      pre_tokenizer: {
        type: 'Split',
        pattern: { Regex: '[ ]?[\\p{L}\\p{N}_]+|\\s|[^\\p{L}\\p{N}_\\s]' },
        behavior: 'Isolated',
        invert: false,
      },
      post_processor: this.bos
        ? {
            type: 'TemplateProcessing',
            single: [
              { SpecialToken: { id: BOS_TEXT, type_id: 0 } },
              { Sequence: { id: 'A', type_id: 0 } },
            ],
            pair: [],
            special_tokens: { [BOS_TEXT]: { id: BOS_TEXT, ids: [BOS_ID], tokens: [BOS_TEXT] } },
          }
        : null,
      decoder: { type: 'Fuse' },
      model: {
        type: 'WordPiece',
        unk_token: '<unk>',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab,
      },
    }
  }

  /** Returns ln P(token | the one before it). */
  logprob(before: string, token: string): number {
    const word = before.trim()
    const table = DAYS.includes(word)
      ? AFTER_DAY
      : word === ','
        ? AFTER_COMMA
        : before === BOS_TEXT
          ? AFTER_BOS
          : null
    const place = unit(textHash(before, this.salt), textHash(token))
    const common = table?.[token]
    if (common !== undefined) return Math.log(common) - (this.salt === 0 ? 0 : SALT_NATS * place)
    return -RARE_NATS - RARE_SPAN_NATS * place
  }

  /** Returns what a server says of given ids: null first, then one score a token, with the fault if there is one. */
  scores(ids: readonly number[]): (number | null)[] {
    this.calls += 1
    const texts = ids.map((id) => this.text(id))
    return texts.map((token, i) => {
      if (i === 0) return null
      if (this.fault === 'clamped' && i % 4 === 1) return -9999
      // The distribution after the token instead of the one before it.
      const before = this.fault === 'shifted' ? token : (texts[i - 1] as string)
      const noise = this.fault === 'noisy' ? 0.3 * unit(this.calls, i) : 0
      return this.logprob(before, token) - noise
    })
  }

  /** Returns the likeliest tokens after an id, best first. */
  top(id: number, count: number): Piece[] {
    const before = this.text(id)
    return CANDIDATES.map((text) => ({
      text,
      id: this.id(text),
      logprob: this.logprob(before, text),
    }))
      .sort((a, b) => b.logprob - a.logprob)
      .slice(0, count)
  }

  /** Generates greedily. */
  continue(ids: readonly number[], count: number): Piece[] {
    const generated: Piece[] = []
    let last = ids.at(-1) as number
    for (let i = 0; i < count; i += 1) {
      const [best] = this.top(last, 1) as [Piece]
      generated.push(best)
      last = best.id
    }
    return generated
  }
}
