import { describe, expect, it } from 'vitest'
import { firstToCompute } from './shared-prefix'

const BATCH = 8

/** Tokens of each call, from one token on; calls end at whole multiples of the batch. */
function calls(length: number, from: number): number[][] {
  const all: number[][] = []
  for (let token = from; token < length; token += 1) {
    const last = all.at(-1)
    if (last && token % BATCH !== 0) last.push(token)
    else all.push([token])
  }
  return all
}

const alone = (list: number[][]) => list.flatMap((call) => (call.length === 1 ? call : []))

describe('a prompt whose beginning is held', () => {
  it('is computed from the first token on that differs, and alone only what would be alone without sharing', () => {
    for (let length = 1; length <= 3 * BATCH + 2; length += 1) {
      for (let held = 0; held <= length + 1; held += 1) {
        const from = firstToCompute(length, held, BATCH)
        const at = [length, held, from]
        expect([...at, from <= held && from < length && from >= 0]).toEqual([...at, true])
        expect([...at, from >= Math.min(held, length) - 2]).toEqual([...at, true])
        const whole = alone(calls(length, 0)).filter((token) => token >= from)
        expect([...at, alone(calls(length, from))]).toEqual([...at, whole])
      }
    }
  })
})
