import type { ChatMessage } from '@/lib/backends/types'
import { textHash, unit } from './hash'

const PIECE = /[ ]?[\p{L}\p{N}_]+|\s|[^\p{L}\p{N}_\s]/gu
// Above every special id, below 2^31, so that ids are positive 32-bit integers.
const FIRST_ID = 16
const ID_SPAN = 2 ** 30

// Between the BOS and the first id of a word.
const FIRST_CONTROL = 2
const CONTROLS = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>']

/** Id that the tokenizer adds in front when it is set to have one. */
export const BOS_ID = 1

/** A word tokenizer: a word with the blank before it, or one other character, is a token. */
export class FakeTokenizer {
  private readonly texts = new Map<number, string>([[BOS_ID, '<s>']])

  constructor(private readonly bos: boolean) {}

  /** Returns the pieces of a text; joined they are the text. */
  pieces(text: string): string[] {
    return text.match(PIECE) ?? []
  }

  /** Returns the id of a piece. */
  id(piece: string): number {
    const id = FIRST_ID + (textHash(piece) % ID_SPAN)
    this.texts.set(id, piece)
    return id
  }

  /** Returns the ids of a text. */
  encode(text: string, addSpecial: boolean): Int32Array {
    const ids = this.pieces(text).map((piece) => this.id(piece))
    return Int32Array.from(addSpecial && this.bos ? [BOS_ID, ...ids] : ids)
  }

  /** Returns the ids of a conversation under a template of its own: control tokens around each message. */
  chat(messages: readonly ChatMessage[], open: boolean): Int32Array {
    const ids = messages.flatMap(({ role, content }) => [
      this.control(`<|${role}|>`),
      ...this.encode(content, false),
      this.control('<|end|>'),
    ])
    const header = open ? [this.control('<|assistant|>')] : []
    return Int32Array.from([...(this.bos ? [BOS_ID] : []), ...ids, ...header])
  }

  private control(text: string): number {
    const id = FIRST_CONTROL + CONTROLS.indexOf(text)
    this.texts.set(id, text)
    return id
  }

  /** Returns the text of an id that this tokenizer has made, else the replacement character. */
  text(id: number): string {
    return this.texts.get(id) ?? '\ufffd'
  }
}

// Losses of a made-up language: between 0.05 and about 6 nats, less for what was seen before.
const LEAST_NATS = 0.05
const SPAN_NATS = 6
const SEEN_FACTOR = 0.3

/** Returns log-probabilities that depend on the token and the two before it, and fall when the token was seen before. */
export function fakeScores(ids: Int32Array, seed: number): Float32Array {
  const seen = new Set<number>()
  const scores = new Float32Array(ids.length)
  scores[0] = NaN
  if (ids.length > 0) seen.add(ids[0] as number)
  for (let i = 1; i < ids.length; i += 1) {
    const id = ids[i] as number
    const context = Math.imul(ids[i - 1] as number, 31) + (i > 1 ? (ids[i - 2] as number) : 0)
    const nats = LEAST_NATS + SPAN_NATS * unit(id + seed, context)
    scores[i] = -(seen.has(id) ? nats * SEEN_FACTOR : nats)
    seen.add(id)
  }
  return scores
}
