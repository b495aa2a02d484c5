import { describe, expect, it } from 'vitest'
import { answeredTurn } from './answered-turn'

const gpt = (...values: string[]) =>
  values.map((value) => {
    const [from, text] = value.split(':')
    return { from, value: text }
  })

describe('the turn that was answered last', () => {
  it('is the last user message with an answer, in either spelling', () => {
    expect(answeredTurn(gpt('human:a', 'gpt:b', 'human:c', 'gpt:d'))).toEqual({
      user: 'c',
      reply: 'd',
    })
    const openAi = [
      { role: 'system', content: 's' },
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: 'b' },
    ]
    expect(answeredTurn(openAi)).toEqual({ user: 'a', reply: 'b' })
  })

  it('skips what came after the last answer, and users who were not answered', () => {
    expect(answeredTurn(gpt('human:a', 'gpt:b', 'human:c'))).toEqual({ user: 'a', reply: 'b' })
    expect(answeredTurn(gpt('human:a', 'human:b', 'gpt:c'))).toEqual({ user: 'b', reply: 'c' })
    expect(answeredTurn(gpt('human:a', 'gpt:b', 'observation:c', 'gpt:d'))).toEqual({
      user: 'a',
      reply: 'd',
    })
  })

  it('is missing where nobody was answered, or nothing can be read', () => {
    expect(answeredTurn(gpt('gpt:a', 'human:b'))).toBeNull()
    for (const value of [null, 'x', [], [1], [{ role: 1 }]]) expect(answeredTurn(value)).toBeNull()
  })
})
