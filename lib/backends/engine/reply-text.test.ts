import { describe, expect, it } from 'vitest'
import { ReplyText } from './reply-text'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('reply text', () => {
  it('joins characters that are spread over tokens', () => {
    const reply = new ReplyText([])
    const [first, ...rest] = bytes('é!')
    reply.add(Uint8Array.of(first as number))
    reply.add(Uint8Array.from(rest))
    expect(reply.finish()).toBe('é!')
  })

  it('marks an unfinished character', () => {
    const reply = new ReplyText([])
    reply.add(bytes('é').subarray(0, 1))
    expect(reply.finish()).toBe('�')
  })

  it('stops at the first stop text, also across tokens, and drops the tokens behind it', () => {
    const reply = new ReplyText(['END', '\n\n'])
    const token = { text: '', id: 0, logprob: -1, top: [] }
    expect(reply.add(bytes('abc E'))).toBe(false)
    expect(reply.add(bytes('N'))).toBe(false)
    expect(reply.add(bytes('D and more'))).toBe(true)
    expect(reply.finish()).toBe('abc ')
    expect(reply.kept([token, token, token])).toHaveLength(1)
  })

  it('ignores an empty stop text', () => {
    expect(new ReplyText(['']).add(bytes('x'))).toBe(false)
  })
})
