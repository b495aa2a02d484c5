import { describe, expect, it } from 'vitest'
import { expectedValue } from './expected-rows'
import { labelParsers } from './label-parser'
import { levelParsers } from '../difficulty-level'
import { numberParsers } from './number-parser'
import { isRefusal } from './parsed'
import { parsePythonFloat, pythonStrip } from './python-text'
import { scoreParsers } from '../difficulty-score'

describe('exact level', () => {
  it.each([
    ['very easy', 1],
    [' easy\n', 2],
    ['medium', 3],
    ['hard', 4],
    ['\tvery hard ', 5],
    ['Hard', null],
    ['hard.', null],
    ["'hard'", null],
    ['very-hard', null],
    ['Difficulty: hard', null],
    ['', null],
  ])('%j -> %s', (reply, value) => {
    expect(levelParsers.exact(reply).value).toBe(value)
  })
})

describe('tolerant level', () => {
  it.each([
    ['hard', 4, 'ok'],
    ['Hard', 4, 'repaired'],
    ['hard.', 4, 'repaired'],
    ["'hard'", 4, 'repaired'],
    ['**Very Hard**', 5, 'repaired'],
    ['[medium]!', 3, 'repaired'],
    ['very-hard', 5, 'repaired'],
    ['VERY_EASY', 1, 'repaired'],
    ['very   easy', 1, 'repaired'],
    ['ｈａｒｄ', 4, 'repaired'],
    ['{"difficulty": "Very Hard", "why": "hard or easy"}', 5, 'repaired'],
    ['```json\n{"difficulty":"easy"}\n```', 2, 'repaired'],
    ['Difficulty: hard', 4, 'repaired'],
    ['It looks easy at first.\nRating: very hard', 5, 'repaired'],
    ['The task is medium.\nThat is my answer.', 3, 'repaired'],
    ['hard, yes: hard', 4, 'repaired'],
    ['easy or hard', null, 'ambiguous'],
    ['very hard, not hard', null, 'ambiguous'],
    ['easy\nno, hard\nthat is all', null, 'ambiguous'],
    ['hardly worth rating', null, 'unparsed'],
    ['uneasy', null, 'unparsed'],
    ['4', null, 'unparsed'],
    ["I'm sorry, but I cannot rate this.", null, 'refused'],
    ['抱歉，我无法回答。', null, 'refused'],
  ])('%j -> %s %s', (reply, value, status) => {
    expect(levelParsers.tolerant(reply)).toMatchObject({ value, status })
  })
})

describe('structured replies', () => {
  it('count as ok when they hold the answer', () => {
    expect(levelParsers.structured('{"difficulty":"very hard"}')).toMatchObject({
      value: 5,
      status: 'ok',
    })
    expect(levelParsers.structured('{"difficulty":"huge"}').status).toBe('unparsed')
    expect(scoreParsers.structured('{"score":40}')).toMatchObject({ value: 40, status: 'ok' })
    expect(scoreParsers.structured('{"score":400}').status).toBe('out_of_range')
    expect(scoreParsers.structured('{"score":').status).toBe('unparsed')
    expect(scoreParsers.structured('null').status).toBe('unparsed')
  })
})

describe("Python's float", () => {
  it.each([
    ['85', 85],
    ['85.', 85],
    ['.5', 0.5],
    [' 7 ', 7],
    ['\x1c7\x85', 7],
    ['-5', -5],
    ['+5', 5],
    ['1e9', 1e9],
    ['1E-2', 0.01],
    ['1_000', 1000],
    ['1_0.0_1', 10.01],
    ['1e1_0', 1e10],
    ['٨٥', 85],
    ['８５', 85],
    ['𝟖𝟓', 85],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
    ['+nan', NaN],
    ['', null],
    [' ', null],
    ['85/100', null],
    ['85%', null],
    ['1,000', null],
    ['0x10', null],
    ['Score: 85', null],
    ['_1', null],
    ['1_', null],
    ['1__0', null],
    ['1_.0', null],
    ['1._0', null],
    ['1e', null],
    ['.', null],
    ['1 2', null],
    ['infinit', null],
    ['\ufeff7', null],
  ])('%j -> %s', (text, value) => {
    expect(parsePythonFloat(text)).toBe(value)
  })

  it('strips what Python strips', () => {
    expect(pythonStrip('\u2003\x1f a b \u3000\n')).toBe('a b')
    expect(pythonStrip('\ufeffa')).toBe('\ufeffa')
  })
})

describe('score', () => {
  it.each([
    ['85', 85, 'ok'],
    ['-5', -5, 'ok'],
    ['1e9', 1e9, 'ok'],
    ['nan', null, 'nonfinite'],
    ['inf', null, 'nonfinite'],
    ['85/100', null, 'unparsed'],
  ])('exact %j -> %s %s', (reply, value, status) => {
    expect(scoreParsers.exact(reply)).toMatchObject({ value, status })
  })

  it.each([
    ['85', 85, 'ok'],
    ['85.', 85, 'ok'],
    ['0', 0, 'ok'],
    ['100', 100, 'ok'],
    ['85/100', 85, 'repaired'],
    ['85 / 100.', 85, 'repaired'],
    ['85%', 85, 'repaired'],
    ['85 out of 100', 85, 'repaired'],
    ['Score: 85 (out of 100)', 85, 'repaired'],
    ['Score: 85', 85, 'repaired'],
    ['It has 3 parts.\n**72.5**', 72.5, 'repaired'],
    ['72, I repeat: 72', 72, 'repaired'],
    ['between 60 and 70', null, 'ambiguous'],
    ['60/100 or 70/100', null, 'ambiguous'],
    ['8/10', null, 'ambiguous'],
    ['-5', null, 'out_of_range'],
    ['1e9', null, 'out_of_range'],
    ['1,000', null, 'out_of_range'],
    ['120/100', null, 'out_of_range'],
    ['nan', null, 'nonfinite'],
    ['-inf', null, 'nonfinite'],
    ['hard', null, 'unparsed'],
    ['GPT4 says so', null, 'unparsed'],
    ['As an AI I have no view.', null, 'refused'],
  ])('tolerant %j -> %s %s', (reply, value, status) => {
    expect(scoreParsers.tolerant(reply)).toMatchObject({ value, status })
  })
})

describe('labels of a user', () => {
  const parsers = labelParsers(['off topic', 'C++ only (fine)', '好', 'topic'], 'rating')

  it.each([
    ['off topic', 1, 'ok'],
    ['Off-Topic.', 1, 'repaired'],
    ['I say: topic', 4, 'repaired'],
    ['It is off topic', 1, 'repaired'],
    ['rating: c++ only (fine)', 2, 'repaired'],
    ['评分：好', 3, 'repaired'],
    ['{"rating": "Topic"}', 4, 'repaired'],
    ['topical', null, 'unparsed'],
    ['topic, or off topic', null, 'ambiguous'],
  ])('%j -> %s %s', (reply, value, status) => {
    expect(parsers.tolerant(reply)).toMatchObject({ value, status })
  })
})

describe('integer scales', () => {
  const parsers = numberParsers({ min: 1, max: 7, integer: true, jsonKey: 'rating' })

  it.each([
    ['7', 7, 'ok'],
    ['5.0', 5, 'ok'],
    ['5/7', 5, 'repaired'],
    ['5 out of 7', 5, 'repaired'],
    ['Rating: **3**', 3, 'repaired'],
    ['3.5', null, 'out_of_range'],
    ['0', null, 'out_of_range'],
    ['50%', null, 'out_of_range'],
    ['2 or 3', null, 'ambiguous'],
  ])('%j -> %s %s', (reply, value, status) => {
    expect(parsers.tolerant(reply)).toMatchObject({ value, status })
  })

  it('are kept by the exact and the structured parser, too', () => {
    expect(parsers.exact('8').status).toBe('out_of_range')
    expect(parsers.structured('{"rating": 4}')).toMatchObject({ value: 4, status: 'ok' })
    expect(parsers.structured('{"rating": 4.5}').status).toBe('out_of_range')
  })
})

describe('hostile replies', () => {
  it('are read in linear time', () => {
    const long = 200_000
    for (const reply of [
      `${'1'.repeat(long)}x`,
      `a${' '.repeat(long)}b`,
      `1${' '.repeat(long)}x`,
      `x${'*'.repeat(long)}x`,
      '{'.repeat(long),
      `very${'-'.repeat(long)}`,
    ]) {
      expect(levelParsers.tolerant(reply).value).toBeNull()
      expect(scoreParsers.exact(reply).value).toBeNull()
      expect(() => scoreParsers.tolerant(reply)).not.toThrow()
    }
  })
})

describe('refusals', () => {
  it('count only at the beginning of a reply', () => {
    expect(isRefusal("I can't help with that.")).toBe(true)
    expect(isRefusal(`${'word '.repeat(60)} As an AI`)).toBe(false)
    expect(isRefusal('The instruction asks for a cannon.')).toBe(false)
  })
})

describe('expectedValue', () => {
  it('reproduces the worked example', () => {
    const alternatives = [
      { text: '3', logprob: Math.log(0.5) },
      { text: ' 4', logprob: Math.log(0.3) },
      { text: '2', logprob: Math.log(0.1) },
      { text: 'The', logprob: Math.log(0.05) },
      { text: '9', logprob: Math.log(0.04) },
    ]
    const result = expectedValue(alternatives, 5)
    expect(result.coverage).toBeCloseTo(0.9, 12)
    expect(result.value).toBeCloseTo(3.222222222222, 11)
    expect(result.sd).toBeCloseTo(
      Math.sqrt((0.1 * 1.2222222 ** 2 + 0.5 * 0.2222222 ** 2 + 0.3 * 0.7777778 ** 2) / 0.9),
      6,
    )
  })

  it('never falls back to a constant', () => {
    const result = expectedValue([{ text: '3', logprob: Math.log(0.4) }], 5)
    expect(result).toMatchObject({ status: 'low_coverage', value: null, sd: null })
    expect(expectedValue([], 5)).toMatchObject({ status: 'low_coverage', coverage: 0 })
  })
})
