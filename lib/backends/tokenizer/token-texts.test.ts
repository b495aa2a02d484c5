import { describe, expect, it } from 'vitest'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { textsOfIds } from './token-texts'

/** A server that decodes as `decode` does, and counts its requests. */
function counting(decode: (ids: readonly number[]) => string) {
  let requests = 0
  const detokenize = async (ids: Int32Array) => {
    requests += 1
    return decode([...ids])
  }
  return { detokenize, count: () => requests }
}

// "a b" as two tokens of a vocabulary whose tokens carry their blank in front, as SentencePiece does.
const BEFORE = Int32Array.of(0, 1)
const vocabulary = (extra: readonly string[]) => [' a', ' b', ...extra]
const sentencePiece = (words: readonly string[]) => (ids: readonly number[]) =>
  ids
    .map((id) => words[id])
    .join('')
    .replace(/^ /, '')

const idsOf = (count: number) => Int32Array.from({ length: count }, (_, i) => i + 2)

describe('texts of token ids', () => {
  it('come in a few requests, each asked for once', async () => {
    const words = vocabulary(Array.from({ length: 1797 }, (_, i) => ` w${i}`))
    const { detokenize, count } = counting(sentencePiece(words))
    const texts = textsOfIds(detokenize, BEFORE)
    expect(await texts(idsOf(1797))).toEqual(words.slice(2))
    expect(count()).toBe(2 + 4)
    expect(await texts(idsOf(60))).toEqual(words.slice(2, 62))
    expect(count()).toBe(2 + 4)
  })

  it('are those that one request each gives, whatever stands in them', async () => {
    const words = vocabulary([
      '',
      ' ',
      '\n',
      ' a b',
      'a b',
      ' a',
      ' b',
      'b a',
      '\ufffd',
      '<s>',
      "'s",
      '漢',
    ])
    const decode = sentencePiece(words)
    const { detokenize } = counting(decode)
    const ids = idsOf(words.length - 2)
    const start = decode([...BEFORE])
    const alone = [...ids].map((id) => decode([...BEFORE, id]).slice(start.length))
    expect(await textsOfIds(detokenize, BEFORE)(ids)).toEqual(alone)
  })

  it('fall back to single requests where a decoder changes what stands beside a token', async () => {
    const words = vocabulary([' x', ' .', ' y'])
    const decode = (ids: readonly number[]) =>
      sentencePiece(words)(ids).replaceAll(' .', '.').replaceAll('. a', '.a')
    const { detokenize } = counting(decode)
    expect(await textsOfIds(detokenize, BEFORE)(idsOf(3))).toEqual([' x', '.', ' y'])
    const deaf = counting((ids) => (ids.length > 3 ? 'a b' : sentencePiece(words)(ids)))
    expect(await textsOfIds(deaf.detokenize, BEFORE)(idsOf(3))).toEqual([' x', ' .', ' y'])
  })

  it('join to the text that was cut', async () => {
    const model = new BigramModel(true)
    const { detokenize, count } = counting((ids) => ids.map((id) => model.text(id)).join(''))
    const before = Int32Array.from(model.encode('a b', false))
    const ids = Int32Array.from(model.encode('Two words,\nthree! Zwölf 漢', false))
    expect((await textsOfIds(detokenize, before)(ids)).join('')).toBe('Two words,\nthree! Zwölf 漢')
    expect(count()).toBeLessThan(6)
  })
})
