import { beforeAll, describe, expect, it } from 'vitest'
import { calmRun, swapAndStartAgain, swapRun, type Swap } from '@/lib/testing/chaos/swap'

// Two cells of so many rows: a worker needs some seconds for them, in which a model is replaced.
const ROWS = 30
// `npm run chaos` does all of them.
const QUICK: readonly Swap[] = ['restart', 'there and back']
// A worker process has to start, and a job waits two seconds before it looks for its backend.
const LONG_MS = 120_000

let calm: { values: string[]; cached: string[] }
let other: { values: string[]; cached: string[] }

beforeAll(async () => {
  ;[calm, other] = await Promise.all([calmRun(ROWS, 'first'), calmRun(ROWS, 'other')])
}, LONG_MS)

it('the two models are told apart by their values and share no cached answer', () => {
  expect(calm.values.length).toBeGreaterThan(2 * ROWS)
  expect(other.values).toHaveLength(calm.values.length)
  const same = other.values.filter((line) => calm.values.includes(line))
  // Counts of tokens are those of the tokenizer.
  expect(same.length).toBeLessThan(other.values.length)
  const keys = new Set(calm.cached.map((line) => line.split(' ')[0]))
  expect(other.cached.filter((line) => keys.has(line.split(' ')[0]))).toEqual([])
})

describe.concurrent('another model takes the place of the first in mid-run', () => {
  it.for(QUICK)(
    '%s: not one of its values enters the run or the cache',
    { timeout: LONG_MS },
    async (swap, { expect }) => {
      const left = await swapRun(swap, ROWS)
      expect(left.doneAtSwap).toBeGreaterThan(0)
      expect(left.doneAtSwap).toBeLessThan(2 * ROWS)
      if (swap !== 'there and back') {
        expect(left.hold).toBe('model_changed')
        expect(left.says).toMatch(/NAME.*fixed question.*Bring the first model back and resume/)
        expect(left.resumedTooEarly).toBe('paused, model_changed')
      }
      const first = new Set(calm.values)
      expect(left.atPause.length).toBeGreaterThan(0)
      expect(left.atPause.filter((line) => !first.has(line))).toEqual([])
      expect(left.state).toBe('succeeded')
      expect(left.values).toEqual(calm.values)
      expect(left.cached).toEqual(calm.cached)
    },
  )

  it(
    'starting again computes everything with the other model, in a run of its own',
    { timeout: LONG_MS },
    async ({ expect }) => {
      const { state, first, second, hashes } = await swapAndStartAgain(ROWS)
      expect(state).toBe('succeeded')
      const calmFirst = new Set(calm.values)
      expect(first.filter((line) => !calmFirst.has(line))).toEqual([])
      expect(second).toEqual(other.values)
      expect(new Set(hashes).size).toBe(2)
    },
  )
})
