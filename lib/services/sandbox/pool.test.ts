import { afterAll, describe, expect, it } from 'vitest'
import type { CheckCase } from '@/lib/contracts/experiment'
import { checkerPool } from './pool'

const pool = checkerPool()
afterAll(() => pool.close())
const { signal } = new AbortController()

describe('the processes that check', () => {
  it('answer a line for each function, in order, and a value passes where it is exactly the expected one', async () => {
    const values: Record<string, CheckCase[1][]> = {
      'r == "x"': [true],
      'r != "x"': [false],
      '"true"': ['true'],
      '1': [1],
      '1.0': [1],
      None: [null],
      '"é\\ud83d"': ['é\ud83d'],
      '[True]': [],
      '(True,)': [],
      '{"a": 1}': [],
      '2**60': [],
      'float("nan")': [],
      'float("inf")': [],
      '-(10**400)': [],
    }
    const returning = Object.keys(values).map((value) => `def evaluate(r):\n    return ${value}`)
    const broken = ['def other(r):\n    return True', 'def evaluate(r:\n    return True']
    const expected: CheckCase[1][] = [true, 'true', 1, null, 'é\ud83d', false, 2 ** 60]
    const cases = expected.map((one): CheckCase => ['x', one])
    const lines = await pool.runChecks([...returning, ...broken], cases, signal)
    const passes = lines.map((line) => expected.filter((_, at) => line[at] === 'pass'))
    expect(passes).toEqual([...Object.values(values), [], []])
    expect(lines.at(-3)).toEqual(expected.map(() => 'fail'))
    expect(lines.at(-2)).toEqual(expected.map(() => 'error: NoEvaluate'))
    expect(lines.at(-1)).toEqual(expected.map(() => 'error: SyntaxError'))
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
