import { afterAll, describe, expect, it } from 'vitest'
import type { CheckCase } from '@/lib/contracts/experiment'
import { checkerPool } from './pool'
import { isSame } from './same'

const pool = checkerPool()
afterAll(() => pool.close())
const { signal } = new AbortController()

describe('whether a value is the expected one', () => {
  it.each<[string, unknown, CheckCase[1], boolean]>([
    ['a boolean and itself', true, true, true],
    ['a text and a boolean', 'true', true, false],
    ['one and true', 1, true, false],
    ['nothing and false', null, false, false],
    ['a whole number and a fraction of the same size', 1.0, 1, true],
    ['lists', [1, ['a']], [1, ['a']], true],
    ['lists of different order', [1, 2], [2, 1], false],
    ['a list and a mapping', ['a'], { 0: 'a' }, false],
    ['mappings in another order', { a: 1, b: [] }, { b: [], a: 1 }, true],
    ['a mapping with more', { a: 1, b: 2 }, { a: 1 }, false],
    ['a key that every object has', JSON.parse('{"__proto__": 1}'), {}, false],
    ['a key that is not its own', { toString: null }, { a: null }, false],
  ])('%s', (_name, value, expected, same) => {
    expect(isSame(value, expected)).toBe(same)
  })
})

describe('the processes that check', () => {
  it('answer a line for each function, in order, with what JSON can say of the values', async () => {
    const functions = [
      'def evaluate(r):\n    return (1, 2.0, [r])',
      'def evaluate(r):\n    return {"a": r == "é\\ud83d"}',
      'def other(r):\n    return True',
      'def evaluate(r:\n    return True',
      'def evaluate(r):\n    return 2**60',
      'def evaluate(r):\n    return float("nan")',
    ]
    const cases: CheckCase[] = [
      ['x', [1, 2, ['x']]],
      ['é\ud83d', { a: true }],
      ['x', 2 ** 60],
    ]
    expect(await pool.runChecks(functions, cases, signal)).toEqual([
      ['pass', 'fail', 'fail'],
      ['fail', 'pass', 'fail'],
      Array.from(cases, () => 'error: NoEvaluate'),
      Array.from(cases, () => 'error: SyntaxError'),
      Array.from(cases, () => 'fail'),
      Array.from(cases, () => 'fail'),
    ])
  }, 300_000)

  it('go on with the next input after a kill, and give a function up after three', async () => {
    const source = 'import os\ndef evaluate(r):\n    if r != "good": os._exit(0)\n    return True'
    const inputs = ['good', 'bad', 'good', 'bad', 'bad', 'good', 'bad']
    const cases = inputs.map((input): CheckCase => [input, true])
    expect(await pool.runChecks([source], cases, signal)).toEqual([
      ['pass', 'killed', 'pass', 'killed', 'killed', 'error: not run', 'error: not run'],
    ])
  }, 300_000)

  it('do not take what is too large, and take the rest', async () => {
    const source = 'def evaluate(r):\n    return True'
    const long: CheckCase = ['x'.repeat(1_000_001), true]
    expect(await pool.runChecks([source], [['a', true], long, ['b', true]], signal)).toEqual([
      ['pass', 'error: not run', 'pass'],
    ])
  }, 300_000)

  it('stop at once when they are told to, and serve whoever comes next', async () => {
    const stop = new AbortController()
    const source = 'def evaluate(r):\n    while r == "loop": pass\n    return True'
    const loops = pool.runChecks([source, source, source], [['loop', true]], stop.signal)
    setTimeout(() => stop.abort(), 500)
    await expect(loops).rejects.toMatchObject({ code: 'cancelled' })
    expect(await pool.runChecks([source], [['x', true]], signal)).toEqual([['pass']])
  }, 300_000)
})
