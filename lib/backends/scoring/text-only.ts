import { createHash } from 'node:crypto'
import { requestError } from '../session/request-error'
import type { SessionTokenizer } from '../tokenizer'

// Texts that were tokenized lately: a batch of rows is scored right after it was tokenized.
const MOST_CHARACTERS = 64 * 1024 * 1024
// Nobody scores with more of such servers at once.
const MOST_MODELS = 4

/** Throws the row error of a row whose tokens a text-only server would not make of its text. */
export function refuseJoin(isList = false): never {
  throw requestError(
    { kind: isList ? 'split' : 'row', reason: 'join', httpStatus: null },
    'This server takes text only, and it tokenizes the joined text of this row into other tokens than its parts. Score the row with a backend that takes token ids.',
  )
}

function keyOf(ids: Int32Array): string {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength)
  return createHash('sha1').update(bytes).digest('base64')
}

/** The way from ids back to the text that has exactly these ids, for servers that take text only. */
export interface TextSource {
  tokenizer: SessionTokenizer
  /** Returns the text whose tokens, with what the server adds by itself, are these ids; throws a row error if there is none. */
  textOf(ids: Int32Array, signal?: AbortSignal): Promise<string>
}

/** Texts by the hash of their ids, the oldest given up first. */
class TextMemo {
  private readonly texts = new Map<string, string>()
  private characters = 0

  get(ids: Int32Array): string | undefined {
    return this.texts.get(keyOf(ids))
  }

  set(ids: Int32Array, text: string): void {
    const key = keyOf(ids)
    this.drop(key)
    this.texts.set(key, text)
    this.characters += text.length
    for (const oldest of this.texts.keys()) {
      if (this.characters <= MOST_CHARACTERS) break
      this.drop(oldest)
    }
  }

  private drop(key: string): void {
    this.characters -= this.texts.get(key)?.length ?? 0
    this.texts.delete(key)
  }
}

// Replicas of one model share what was tokenized: a row may be tokenized by one of them and scored by another.
const memos = new Map<string, TextMemo>()

function memoOf(model: string): TextMemo {
  const memo = memos.get(model) ?? new TextMemo()
  memos.delete(model)
  memos.set(model, memo)
  for (const oldest of memos.keys()) {
    if (memos.size <= MOST_MODELS) break
    memos.delete(oldest)
  }
  return memo
}

/**
 * Wraps a tokenizer so that it remembers what it tokenized, for all sessions of one `model` (kind, name and tokenizer). A
 * sequence of ids is scored only if some text has these very tokens: one that was tokenized lately, or what the tokenizer
 * makes of the ids, checked by cutting it again.
 */
export function rememberTexts(tokenizer: SessionTokenizer, model: string): TextSource {
  const memo = memoOf(`${model} ${tokenizer.name}`)
  const { bosId, detokenize } = tokenizer

  const withoutBos = (ids: Int32Array): Int32Array => {
    if (bosId === null) return ids
    // The server puts the BOS in front of every text, so ids without it cannot be sent.
    return ids[0] === bosId ? ids.subarray(1) : refuseJoin()
  }
  return {
    tokenizer: {
      ...tokenizer,
      async tokenize(list, addSpecial, signal) {
        const found = await tokenizer.tokenize(list, addSpecial, signal)
        found.forEach((ids, i) => {
          const bare = addSpecial && bosId !== null ? ids.subarray(1) : ids
          memo.set(bare, list[i] as string)
        })
        return found
      },
    },
    async textOf(ids, signal) {
      const bare = withoutBos(ids)
      const known = memo.get(bare)
      if (known !== undefined) return known
      if (!detokenize) return refuseJoin()
      const text = await detokenize(bare, signal)
      const [again] = await tokenizer.tokenize([text], false, signal)
      const same = again?.length === bare.length && again.every((id, i) => id === bare[i])
      return same ? text : refuseJoin()
    },
  }
}
