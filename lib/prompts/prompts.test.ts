import { describe, expect, it } from 'vitest'
import { evolvePrompt, getPrompt, PROMPTS, responsePrompt } from './index'
import { BREADTH_ORDER, DEPTH_ORDER, isOperator, operatorFor, OPERATORS } from './operators'
import { CUSTOM_VERSION, definePrompt, hashText, renderPrompt, withText } from './prompt'
import { checkTemplate } from './render'

const sample = definePrompt({
  id: 'sample',
  version: '1',
  purpose: 'Test.',
  template: '{instruction} | {input} | {other} | {"json": 1}\r\n',
  placeholders: ['instruction', 'input'],
  contract: 'Anything.',
  sampling: { temperature: 0, topP: 1, maxTokens: 1 },
})

describe('prompts', () => {
  it.each(PROMPTS.map((prompt) => [prompt.id, prompt] as const))('%s is complete', (id, prompt) => {
    expect(PROMPTS.filter((other) => other.id === id)).toHaveLength(1)
    expect(getPrompt(id)).toBe(prompt)
    expect(prompt.hash).toBe(hashText(prompt.template))
    expect(prompt.purpose).toMatch(/\.$/)
    expect(prompt.contract).toMatch(/\.$/)
    const found = [...prompt.template.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1])
    expect(found.toSorted()).toEqual([...prompt.placeholders].toSorted())
  })

  it('has one different prompt for every operator', () => {
    expect(new Set(OPERATORS.map((operator) => evolvePrompt(operator).hash)).size).toBe(6)
    expect(isOperator('deepen')).toBe(true)
    expect(isOperator('autoif')).toBe(false)
    expect(isOperator(null)).toBe(false)
  })

  it('asks with the input only when there is one', () => {
    expect(responsePrompt(null).placeholders).toEqual(['instruction'])
    expect(responsePrompt('').placeholders).toEqual(['instruction'])
    expect(responsePrompt(' ').placeholders).toEqual(['instruction', 'input'])
  })

  it('refuses an unknown id', () => {
    expect(() => getPrompt('nothing')).toThrow(/no prompt/)
  })
})

describe('renderPrompt', () => {
  it('inserts values once, leaving braces in values and unknown names alone', () => {
    const text = renderPrompt(sample, { instruction: '{input} $& $1', input: '{instruction}' })
    expect(text).toBe('{input} $& $1 | {instruction} | {other} | {"json": 1}')
  })

  it('throws for a missing value', () => {
    expect(() => renderPrompt(sample, { instruction: 'a' })).toThrow(/\{input\}/)
  })
})

describe('withText', () => {
  it('keeps the prompt for no text or the same text', () => {
    expect(withText(sample, '')).toBe(sample)
    expect(withText(sample, null)).toBe(sample)
    expect(withText(sample, `${sample.template}\r\n`)).toBe(sample)
  })

  it('changes version and hash with the text', () => {
    const changed = withText(sample, 'Rate {instruction} with {input}')
    expect(changed.version).toBe(CUSTOM_VERSION)
    expect(changed.hash).not.toBe(sample.hash)
    expect(renderPrompt(changed, { instruction: 'a', input: 'b' })).toBe('Rate a with b')
  })

  it('refuses a text without its placeholders', () => {
    expect(() => withText(sample, 'Rate {instruction}')).toThrow(/\{input\}/)
  })

  it('hashes the canonical text: line ends and outer blanks do not count', () => {
    expect(hashText('a\r\nb \n')).toBe(hashText('a\nb'))
    expect(hashText('a b')).not.toBe(hashText('a  b'))
  })
})

describe('operatorFor', () => {
  const firstRows = (n: number, round: number, order = DEPTH_ORDER) =>
    Array.from({ length: n }, (_, i) => operatorFor(i, round, order))

  it('rotates as the reference script', () => {
    expect(firstRows(5, 1)).toEqual([
      'constraints',
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
    ])
    expect(firstRows(5, 2)).toEqual([
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
      'deepen',
    ])
    expect(firstRows(6, 3, BREADTH_ORDER)).toEqual([
      'concretizing',
      'reasoning',
      'breadth',
      'constraints',
      'deepen',
      'concretizing',
    ])
  })
})

describe('checkTemplate', () => {
  const check = (text: string) => checkTemplate(text, ['instruction'], ['instruction', 'input'])

  it('names what is missing and what is no placeholder', () => {
    expect(check('Rate {instruction}')).toEqual({ missing: [], unknown: [], foreign: [] })
    expect(check('Rate {input} {tone} {"json": 1}')).toEqual({
      missing: ['instruction'],
      unknown: ['tone'],
      foreign: [],
    })
  })

  it('recognises placeholders of other tools', () => {
    expect(check('{{instruction}} <input> [tone]').foreign).toEqual([
      { found: '{{instruction}}', meant: '{instruction}', isFilled: true },
      { found: '<input>', meant: '{input}', isFilled: false },
    ])
  })
})
