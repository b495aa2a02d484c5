import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import type { Clock } from './clock'
import { Limiter } from './limiter'
import { requestError, type Failure } from './request-error'

/** A clock that stands still until it is moved. */
function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let at = 0
  let sleepers: { until: number; wake: () => void }[] = []
  return {
    now: () => at,
    sleep: (ms) => new Promise((wake) => sleepers.push({ until: at + ms, wake })),
    async advance(ms) {
      at += ms
      const due = sleepers.filter(({ until }) => until <= at)
      sleepers = sleepers.filter(({ until }) => until > at)
      for (const { wake } of due) wake()
      // Those who were woken run in their own turn.
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Calls that end when they are told to. */
function calls(limiter: Limiter) {
  const running: { end(): void; fail(error: Error): void }[] = []
  const begin = (signal?: AbortSignal) =>
    limiter.run(
      () =>
        new Promise<void>((end, fail) => {
          running.push({ end, fail })
        }),
      signal,
    )
  return { running, begin }
}

const failure = (more: Partial<Failure> = {}) =>
  requestError({ kind: 'retry', reason: 'overloaded', httpStatus: 503, ...more }, 'busy')

/** Runs 16 calls of 10 ms by the limiter's clock, so many at once as it lets. */
async function window(limiter: Limiter, clock: ReturnType<typeof handClock>, work = 1) {
  for (let done = 0; done < 16; done += 1) {
    await limiter.run(() => clock.advance(10 / limiter.current), undefined, work)
  }
}

describe('Limiter', () => {
  it('grows by one a window while throughput rises, then stays', async () => {
    const clock = handClock()
    const limiter = new Limiter({ start: 2, ceiling: 6 }, clock)
    const limits = []
    for (let i = 0; i < 6; i += 1) {
      await window(limiter, clock)
      limits.push(limiter.current)
    }
    expect(limits).toEqual([3, 4, 5, 6, 6, 6])
  })

  it('tries one more on a plateau only now and then', async () => {
    const clock = handClock()
    const limiter = new Limiter({ start: 2, ceiling: 9 }, clock)
    const flat = async () => {
      for (let done = 0; done < 16; done += 1) await limiter.run(() => clock.advance(5))
    }
    for (let i = 0; i < 8; i += 1) await flat()
    expect(limiter.current).toBe(3)
    await flat()
    expect(limiter.current).toBe(4)
  })

  it('judges throughput by work, not by calls', async () => {
    const clock = handClock()
    const limiter = new Limiter({ start: 2, ceiling: 9 }, clock)
    // Texts twice as long take twice as long: no reason to stop growing.
    for (const length of [1, 2, 4]) {
      for (let done = 0; done < 16; done += 1) {
        await limiter.run(() => clock.advance((10 * length) / limiter.current), undefined, length)
      }
    }
    expect(limiter.current).toBe(5)
  })

  it('halves once a round trip, whatever fails in it, and never below one', async () => {
    const clock = handClock()
    const limiter = new Limiter({ start: 8, ceiling: 8 }, clock)
    const { running, begin } = calls(limiter)
    const all = Array.from({ length: 8 }, () => begin().catch(() => undefined))
    await clock.advance(10)
    for (const { fail } of running.splice(0)) fail(failure())
    await Promise.all(all)
    expect(limiter.current).toBe(4)
    for (const expected of [2, 1, 1]) {
      const again = begin().catch(() => undefined)
      await clock.advance(10)
      running.shift()?.fail(failure())
      await again
      expect(limiter.current).toBe(expected)
    }
  })

  it('stays as it is for failures that are no overload', async () => {
    const limiter = new Limiter({ start: 4, ceiling: 4 })
    for (const error of [
      failure({ kind: 'row' }),
      failure({ kind: 'wait' }),
      failure({ kind: 'config' }),
      new AppError('cancelled', 'stop'),
    ]) {
      await limiter.run(() => Promise.reject(error)).catch(() => undefined)
    }
    expect(limiter.current).toBe(4)
  })

  it('sends batches one by one after an engine died', async () => {
    const limiter = new Limiter({ start: 4, ceiling: 4 })
    const died = failure({ reason: 'engine_crash', httpStatus: null })
    await limiter.run(() => Promise.reject(died)).catch(() => undefined)
    expect(limiter.current).toBe(1)
  })

  it('lets nobody begin while the server asks to wait', async () => {
    const clock = handClock()
    const limiter = new Limiter({ start: 4, ceiling: 4 }, clock)
    const { running, begin } = calls(limiter)
    const first = begin().catch(() => undefined)
    await settle()
    running.shift()?.fail(failure({ httpStatus: 429, retryAfterMs: 30_000 }))
    await first
    expect(limiter.room).toBe(0)
    const next = begin()
    await clock.advance(29_000)
    expect(running).toHaveLength(0)
    await clock.advance(1_000)
    expect(running).toHaveLength(1)
    running.shift()?.end()
    await next
  })

  it('gives up a place in the line on abort, and tells when there is room', async () => {
    const limiter = new Limiter({ start: 1, ceiling: 1 })
    let told = 0
    limiter.onRoom = () => (told += 1)
    const { running, begin } = calls(limiter)
    const holding = begin()
    const stop = new AbortController()
    const waiting = begin(stop.signal)
    await settle()
    expect([limiter.room, limiter.pressure, told]).toEqual([0, 1, 0])
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    running.shift()?.end()
    await holding
    expect([limiter.room, limiter.pressure, told]).toEqual([1, 0, 1])
  })
})
