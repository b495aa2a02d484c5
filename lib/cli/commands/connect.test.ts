import { describe, expect, it } from 'vitest'
import { chooseModel, parseConfigText } from './connect'

const models = [
  { id: 'a', contextLength: 512 },
  { id: 'b', contextLength: null },
]

describe('chooseModel', () => {
  it('takes the named one, with its context length where the server states it', () => {
    expect(chooseModel('a', { models })).toEqual(models[0])
    expect(chooseModel('c', { models })).toEqual({ id: 'c', contextLength: null })
  })

  it('takes the only one, and asks where there are several', () => {
    expect(chooseModel(undefined, { models: models.slice(0, 1) })).toEqual(models[0])
    expect(chooseModel(undefined, { models: [] })).toBeNull()
    expect(chooseModel(undefined, null)).toBeNull()
    expect(() => chooseModel(undefined, { models })).toThrow('--model: a, b.')
  })
})

describe('parseConfigText', () => {
  it('takes JSON objects only', () => {
    expect(parseConfigText(undefined)).toEqual({})
    expect(parseConfigText('{"concurrency": 4}')).toEqual({ concurrency: 4 })
    for (const text of ['', '[1]', 'null', '{']) {
      expect(() => parseConfigText(text)).toThrow('not a JSON object')
    }
  })
})
