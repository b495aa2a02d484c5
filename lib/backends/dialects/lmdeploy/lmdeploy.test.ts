import { afterEach, describe, expect, it } from 'vitest'
import { chatRequest, OpenBackends } from '@/lib/testing/compliance/open'
import { recorded } from '@/lib/testing/compliance/subject'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { lmdeployServer } from '@/lib/testing/servers/lmdeploy'
import { lmdeploy } from '.'
import { textsOfPieces } from './pieces'

const backends = new OpenBackends()
afterEach(() => backends.close())

const server = lmdeployServer(new BigramModel(true), {})

describe('LMDeploy', () => {
  it('gives texts in the place of pieces, alternatives too (documented)', async () => {
    const answer = recorded(
      'lmdeploy',
      'chat_logprobs_pieces',
      server,
      ({ body }) => !!body.logprobs,
    )
    const { session, bodies } = await backends.open(lmdeploy, answer)
    const reply = await session.generate?.(chatRequest({ maxTokens: 3, topLogprobs: 2 }))
    expect(reply?.tokens?.map(({ text, top }) => [text, ...top.map((one) => one.text)])).toEqual([
      ['é', 'é', ' yes'],
      [' ', ' ', '\n'],
      ['5', '5', ' 5'],
    ])
    expect(reply?.tokens?.map(({ logprob }) => logprob)).toEqual([-0.25, -0.5, -0.125])
    expect(bodies('/v1/chat/completions').at(-1)).toMatchObject({ logprobs: true, top_logprobs: 2 })
  })

  it('asks for one alternative where none is wanted, because older versions need it', async () => {
    const { session, bodies } = await backends.open(lmdeploy, server)
    const reply = await session.generate?.(chatRequest({ maxTokens: 2, topLogprobs: 0 }))
    expect(bodies('/v1/chat/completions').at(-1)).toMatchObject({ top_logprobs: 1 })
    expect(reply?.tokens?.map(({ top }) => top)).toEqual([[], []])
  })

  it('takes a prompt that fills the session for a row that is too long (documented)', async () => {
    const answer = recorded(
      'lmdeploy',
      'chat_session_full',
      server,
      ({ body }) => body.max_tokens === 3,
    )
    const { session } = await backends.open(lmdeploy, answer)
    await expect(session.generate?.(chatRequest({ maxTokens: 3 }))).rejects.toMatchObject({
      details: { kind: 'row', reason: 'too_long' },
    })
  })
})

describe('pieces of a vocabulary', () => {
  const read = (pieces: string[], text: string, others: string[] = []) =>
    [...pieces, ...others].map(textsOfPieces(pieces, [...pieces, ...others], text))

  it('are bytes written as characters', () => {
    expect(read(['Ġæ', 'Ĺ', '¥'], ' 日')).toEqual([' \ufffd', '\ufffd', '\ufffd'])
    expect(read(['ĠZw', 'Ã¶', 'lf', 'Ċ'], 'Zwölf')).toEqual([' Zw', 'ö', 'lf', '\n'])
  })

  it('are SentencePiece, with its blanks and single bytes', () => {
    expect(read(['▁Zwölf', '<0x0A>', '▁3'], 'Zwölf\n 3')).toEqual([' Zwölf', '\n', ' 3'])
    // The reply alone would fit both kinds; the mark in an alternative decides.
    expect(read(['yes'], 'yes', ['▁no', 'Ã'])).toEqual(['yes', ' no', 'Ã'])
  })

  it('are texts already', () => {
    expect(read([' naïve', ' Ω'], 'naïve Ω')).toEqual([' naïve', ' Ω'])
  })

  it('may be special tokens, which the text lacks, or tags, which it has', () => {
    expect(read(['<|im_end|>'], '', ['Ġyes'])).toEqual(['<|im_end|>', ' yes'])
    expect(read(['<p>', 'a'], '<p>a')).toEqual(['<p>', 'a'])
  })

  it('that make up another text are refused', () => {
    expect(() => read(['so', 'Ġthen'], 'yes')).toThrow('do not make up')
  })
})
