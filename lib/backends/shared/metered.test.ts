import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { memoryCache } from '../cache-port'
import { fakeConfigSchema } from '../fake/config'
import { openFake } from '../fake/session'
import { GREEDY, type BackendSession } from '../types'
import { packBatches, sendSplitting } from './batches'
import { Limiter } from './limiter'
import { shareSession } from './metered'
import { requestError } from './request-error'
import { withRetry } from './retry'

const timing = { baseMs: 1, capMs: 2, attempts: 4, totalMs: 5_000, waitMs: 1 }

function share(change: Partial<BackendSession> = {}, cache = memoryCache()) {
  const session = { ...openFake(fakeConfigSchema.parse({})), ...change }
  return {
    shared: shareSession(session, { backendId: 'b', label: 'B', cache, timing }),
    cache,
    session,
  }
}

const ask = (content: string) => ({
  messages: [{ role: 'user', content } as const],
  params: GREEDY,
})

describe('a shared session', () => {
  it('answers from the cache without asking, in another job as well', async () => {
    const { shared, cache } = share()
    const first = shared.handOut()
    const reply = await first.generate?.(ask('a'))
    const second = shared.handOut()
    expect(await second.generate?.(ask('a'))).toEqual(reply)
    expect(first.meter).toMatchObject({ requests: 1, cachedRequests: 0 })
    expect(second.meter).toMatchObject({ requests: 0, cachedRequests: 1, promptTokens: 0 })
    await second.generate?.({ ...ask('a'), params: { ...GREEDY, seed: 1 } })
    expect(cache.size).toBe(2)
  })

  it('gives scores and vectors back from the cache bit by bit', async () => {
    const { shared } = share()
    const ids = [Int32Array.of(20, 30, 40), Int32Array.of(50)]
    const one = shared.handOut()
    const two = shared.handOut()
    const scores = await one.scoreTokens?.(ids)
    expect(await two.scoreTokens?.(ids)).toEqual(scores)
    const vectors = await one.embed?.(['x', 'y'])
    expect(await two.embed?.(['y', 'x'])).toEqual({
      vectors: vectors?.vectors.toReversed(),
      truncated: [false, false],
    })
    expect(two.meter).toMatchObject({ requests: 0, cachedRequests: 4, scoredTokens: 0 })
    expect(one.meter.scoredTokens).toBe(4)
  })

  it('sends equal inputs once', async () => {
    const sent: string[][] = []
    const base = openFake(fakeConfigSchema.parse({}))
    const { shared } = share({
      embed: (texts) => {
        sent.push([...texts])
        return base.embed?.(texts) as never
      },
    })
    const reply = await shared.handOut().embed?.(['a', 'b', 'a', 'a'])
    expect(sent.flat().sort()).toEqual(['a', 'b'])
    expect(reply?.vectors[3]).toEqual(reply?.vectors[0])
  })

  it('repeats failed calls, and keeps no failure', async () => {
    let calls = 0
    const base = openFake(fakeConfigSchema.parse({}))
    const { shared, cache } = share({
      generate: (request) => {
        calls += 1
        if (calls < 3) throw new AppError('backend_unavailable', 'away')
        return base.generate?.(request) as never
      },
    })
    await shared.handOut().generate?.(ask('a'))
    expect(calls).toBe(3)
    expect(cache.size).toBe(1)
  })

  it('finds the guilty row of a refused batch and keeps the others', async () => {
    const { shared, cache } = share({ ...openFake(fakeConfigSchema.parse({ failMarker: 'bad' })) })
    const texts = Array.from({ length: 20 }, (_, i) => (i === 13 ? 'bad' : `text ${i}`))
    await expect(shared.handOut().embed?.(texts)).rejects.toMatchObject({ code: 'data_error' })
    expect(cache.size).toBe(19)
  })

  it('stops at once when every row would fail', async () => {
    let calls = 0
    const { shared } = share({
      embed: async () => {
        calls += 1
        throw requestError({ kind: 'config', reason: 'key', httpStatus: 401 }, 'wrong key')
      },
    })
    const texts = Array.from({ length: 2_000 }, (_, i) => `text ${i}`)
    await expect(shared.handOut().embed?.(texts)).rejects.toThrow('wrong key')
    expect(calls).toBeLessThan(20)
  })

  it('believes no scores of the wrong number or without value', async () => {
    for (const scores of [[], [Float32Array.of(NaN, -1)], [Float32Array.of(NaN, -1, NaN)]]) {
      const { shared, cache } = share({ scoreTokens: async () => scores })
      await expect(shared.handOut().scoreTokens?.([Int32Array.of(1, 2, 3)])).rejects.toMatchObject({
        code: 'data_error',
      })
      expect(cache.size).toBe(0)
    }
  })
})

describe('withRetry', () => {
  it('counts attempts by kind', async () => {
    const tries = async (kind: 'retry' | 'wait' | 'config' | 'row', maxRetries?: number) => {
      let calls = 0
      const failure = {
        kind,
        reason: 'x',
        httpStatus: null,
        ...(maxRetries === undefined ? {} : { maxRetries }),
      }
      const call = async () => {
        calls += 1
        if (calls === 10) return
        throw requestError(failure, 'no')
      }
      await withRetry(call, { timing }).catch(() => undefined)
      return calls
    }
    expect(await tries('retry')).toBe(4)
    expect(await tries('retry', 1)).toBe(2)
    expect(await tries('wait')).toBe(10)
    expect(await tries('config')).toBe(1)
    expect(await tries('row')).toBe(1)
  })

  it('ends on abort while it waits', async () => {
    const signal = AbortSignal.timeout(20)
    const failure = { kind: 'retry', reason: 'x', httpStatus: 429, retryAfterMs: 60_000 } as const
    const call = () => Promise.reject(requestError(failure, 'busy'))
    await expect(withRetry(call, { signal, timing })).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('Limiter', () => {
  it('keeps its limit, grows with success, and halves once a round trip', async () => {
    const limiter = new Limiter({ start: 2, ceiling: 4 })
    let active = 0
    let most = 0
    const call = async () => {
      active += 1
      most = Math.max(most, active)
      await new Promise((resolve) => setTimeout(resolve, 1))
      active -= 1
    }
    await Promise.all(Array.from({ length: 16 }, () => limiter.run(call)))
    expect(most).toBe(2)
    expect(limiter.current).toBe(3)
    limiter.overloaded()
    limiter.overloaded()
    expect(limiter.current).toBe(1)
  })

  it('gives up a place in the line on abort', async () => {
    const limiter = new Limiter({ start: 1, ceiling: 1 })
    let free: () => void = () => undefined
    const holding = limiter.run(() => new Promise<void>((resolve) => (free = resolve)))
    const stop = new AbortController()
    const waiting = limiter.run(async () => 'ran', stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    free()
    await holding
    expect(await limiter.run(async () => 'next')).toBe('next')
  })
})

describe('batches', () => {
  it('hold what fits, longest first, every index once', () => {
    const batches = packBatches([5, 1, 9, 3, 30], { items: 2, size: 10 })
    expect(batches).toEqual([[4], [2], [0, 3], [1]])
  })

  it('are halved only for failures of items', async () => {
    const fatal = new AppError('invalid_input', 'all')
    await expect(sendSplitting([1, 2], () => Promise.reject(fatal))).rejects.toBe(fatal)
    const bad = new AppError('data_error', 'one')
    const sent: number[][] = []
    const errors = await sendSplitting([1, 2, 3, 4, 5], async (items) => {
      sent.push([...items])
      if (items.includes(4)) throw bad
    })
    expect(errors).toEqual([bad])
    expect(
      sent
        .filter((items) => !items.includes(4))
        .flat()
        .sort(),
    ).toEqual([1, 2, 3, 5])
  })
})
