import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import type { Clock } from './clock'
import { requestError, type Failure } from './request-error'
import { askedWait, DEFAULT_TIMING, withRetry } from './retry'

/** A clock whose waits pass at once and are written down. */
function notedClock(): Clock & { waits: number[] } {
  let at = 0
  const waits: number[] = []
  return {
    waits,
    now: () => at,
    async sleep(ms) {
      waits.push(ms)
      at += ms
    },
  }
}

const failing = (failure: Partial<Failure>, times = Infinity) => {
  let calls = 0
  const call = async () => {
    calls += 1
    if (calls > times) return calls
    throw requestError({ kind: 'retry', reason: 'x', httpStatus: null, ...failure }, 'no')
  }
  return { call, count: () => calls }
}

async function run(failure: Partial<Failure>, times?: number, random = () => 0.999_999) {
  const clock = notedClock()
  const { call, count } = failing(failure, times)
  const outcome = await withRetry(call, { clock, random }).then(
    () => 'done',
    () => 'thrown',
  )
  return { outcome, calls: count(), waits: clock.waits.map(Math.round) }
}

describe('withRetry', () => {
  it('makes six attempts with doubling waits, capped and scattered', async () => {
    const { outcome, calls, waits } = await run({})
    expect([outcome, calls]).toEqual(['thrown', 6])
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000])
    expect((await run({}, undefined, () => 0)).waits).toEqual([0, 0, 0, 0, 0])
    expect(DEFAULT_TIMING).toMatchObject({ capMs: 30_000, totalMs: 600_000 })
  })

  it('spends no attempt on a wait that the server asked for', async () => {
    const { outcome, calls, waits } = await run({ httpStatus: 429, retryAfterMs: 7_000 }, 20)
    expect([outcome, calls]).toEqual(['done', 21])
    expect(new Set(waits)).toEqual(new Set([7_000]))
  })

  it('waits two minutes at most, and never in a busy loop', async () => {
    expect((await run({ retryAfterMs: 3_600_000 }, 1)).waits).toEqual([120_000])
    expect((await run({ retryAfterMs: 0 }, 1)).waits).toEqual([100])
    expect(askedWait(undefined)).toBeNull()
  })

  it('gives up ten minutes after the first failure', async () => {
    const { outcome, calls } = await run({ retryAfterMs: 100_000 })
    expect([outcome, calls]).toEqual(['thrown', 7])
  })

  it('polls a server that loads its model, for ten minutes', async () => {
    const { outcome, calls, waits } = await run({ kind: 'wait', httpStatus: 503 })
    expect([outcome, calls]).toEqual(['thrown', 301])
    expect(new Set(waits)).toEqual(new Set([2_000]))
  })

  it('makes as many retries of a suspected input as the failure says', async () => {
    expect((await run({ maxRetries: 2 })).calls).toBe(3)
    expect((await run({ maxRetries: 1 })).calls).toBe(2)
    const { call, count } = failing({ maxRetries: 2 })
    await expect(withRetry(call, { suspectRetries: 0 })).rejects.toThrow('no')
    expect(count()).toBe(1)
  })

  it('throws everything else at once', async () => {
    for (const kind of ['config', 'row', 'split', 'data_error', 'bug'] as const) {
      expect((await run({ kind })).calls).toBe(1)
    }
    const odd = () => Promise.reject(new TypeError('odd'))
    await expect(withRetry(odd)).rejects.toMatchObject({ code: 'internal', message: 'odd' })
    await expect(withRetry(odd)).rejects.toBeInstanceOf(AppError)
  })

  it('ends on abort while it waits', async () => {
    const signal = AbortSignal.timeout(20)
    const { call } = failing({ httpStatus: 429, retryAfterMs: 60_000 })
    await expect(withRetry(call, { signal })).rejects.toMatchObject({ code: 'cancelled' })
  })
})
