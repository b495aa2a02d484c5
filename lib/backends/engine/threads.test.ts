import { describe, expect, it } from 'vitest'
import { ThreadGovernor } from './threads'

describe('the number of threads', () => {
  it('falls while others take the processors and rises again', () => {
    let busy = false
    let clock = 0
    const time = (threads: number) => (busy ? 10 * threads : 100 / threads)
    const governor = new ThreadGovernor(8, time, () => clock)
    expect(governor.current()).toBe(8)
    busy = true
    const seen: number[] = []
    for (let i = 0; i < 5; i += 1) {
      clock += 100_000
      seen.push(governor.current())
    }
    expect(seen).toEqual([4, 2, 1, 1, 1])
    busy = false
    for (let i = 0; i < 4; i += 1) {
      clock += 100_000
      seen.push(governor.current())
    }
    expect(seen.slice(5)).toEqual([2, 4, 8, 8])
  })

  it('does not follow noise', () => {
    let clock = 0
    const governor = new ThreadGovernor(
      4,
      (threads) => 100 - threads,
      () => clock,
    )
    clock = 1e9
    expect(governor.current()).toBe(4)
  })

  it('measures rarely while nothing changes', () => {
    let clock = 0
    let measured = 0
    const time = () => {
      measured += 1
      return 1
    }
    const governor = new ThreadGovernor(2, time, () => clock)
    for (; clock < 100_000; clock += 100) governor.current()
    expect(measured).toBeLessThan(2 * 12)
  })

  it('stays at a count that was asked for', () => {
    expect(new ThreadGovernor(3, null).current()).toBe(3)
  })
})
