import { describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { memoryCache } from '@/lib/testing/cache'
import { fakeConfigSchema } from '../dialects/fake/config'
import { openFake } from '../dialects/fake/session'
import { GREEDY, type BackendSession } from '../types'
import { packBatches, sendSplitting } from './batches'
import { shareSession } from './metered'
import { requestError } from './request-error'

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

  it('finds the refused row of a refused batch and keeps the others', async () => {
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

  it('believes no scores of the wrong number or without value, and asks no further', async () => {
    for (const scores of [[], [Float32Array.of(NaN)], [Float32Array.of(NaN, NaN, -1)]]) {
      const { shared, cache } = share({ scoreTokens: async () => scores })
      await expect(shared.handOut().scoreTokens?.([Int32Array.of(1, 2, 3)])).rejects.toMatchObject({
        details: { pause: 'bad_replies', backendId: 'b' },
      })
      expect(cache.size).toBe(0)
    }
  })

  it('believes no vector without a direction, and keeps none', async () => {
    for (const vector of [Float32Array.of(1, NaN), new Float32Array(2)]) {
      const { shared, cache } = share({
        embed: async (texts) => ({ vectors: texts.map(() => vector), truncated: [false] }),
      })
      await expect(shared.handOut().embed?.(['a text'])).rejects.toMatchObject({
        details: { pause: 'bad_replies', backendId: 'b' },
      })
      expect(cache.size).toBe(0)
    }
  })

  it('takes one bad reply for the fault of its text, and three in a row for that of the server', async () => {
    const base = openFake(fakeConfigSchema.parse({}))
    const scoreTokens: BackendSession['scoreTokens'] = async (sequences) => {
      const scores = (await base.scoreTokens?.(sequences)) ?? []
      return scores.map((values, n) => {
        return (sequences[n]?.length ?? 0) > 2 ? values.slice(1) : values
      })
    }
    const { shared } = share({ scoreTokens })
    const view = shared.handOut()
    const bad = (id: number) => view.scoreTokens?.([Int32Array.of(1, 2, id)])
    await expect(bad(20)).rejects.toMatchObject({ code: 'data_error' })
    await expect(bad(21)).rejects.toMatchObject({ code: 'data_error' })
    await view.scoreTokens?.([Int32Array.of(1, 2)])
    await expect(bad(22)).rejects.toMatchObject({ code: 'data_error' })
    await expect(bad(23)).rejects.toMatchObject({ code: 'data_error' })
    await expect(bad(24)).rejects.toMatchObject({ details: { pause: 'bad_replies' } })
    // Who goes on has looked: the texts may be at fault after all.
    for (let id = 30; id < 40; id += 1) {
      await expect(bad(id)).rejects.toMatchObject({ code: 'data_error' })
    }
  })

  it('asks for a prompt once when several jobs want it at the same time', async () => {
    const base = openFake(fakeConfigSchema.parse({ latencyMs: 5 }))
    const sent: number[] = []
    const chats: string[] = []
    const { shared } = share({
      scoreTokens: (sequences, signal) => {
        sent.push(...sequences.map((ids) => ids[0] as number))
        return base.scoreTokens?.(sequences, signal) as never
      },
      generate: (request, signal) => {
        chats.push(request.messages[0]?.content ?? '')
        return base.generate?.(request, signal) as never
      },
    })
    const [one, two] = [shared.handOut(), shared.handOut()]
    const ids = (...first: number[]) => first.map((id) => Int32Array.of(id, 30))
    const [a, b] = await Promise.all([
      one.scoreTokens?.(ids(11, 12)),
      two.scoreTokens?.(ids(12, 13)),
      one.generate?.(ask('x')),
      two.generate?.(ask('x')),
    ])
    expect(sent.sort()).toEqual([11, 12, 13])
    expect(chats).toEqual(['x'])
    expect(a?.[1]).toEqual(b?.[0])
    expect(one.meter.requests + two.meter.requests).toBe(3)
    expect(one.meter.cachedRequests + two.meter.cachedRequests).toBe(2)
  })

  it('asks by itself when the job that had asked is stopped or has used up its budget', async () => {
    const base = openFake(fakeConfigSchema.parse({ latencyMs: 10 }))
    const { shared, cache } = share({ ...base })
    const stop = new AbortController()
    const stopped = shared.handOut().scoreTokens?.([Int32Array.of(11, 30)], stop.signal)
    const other = shared.handOut().scoreTokens?.([Int32Array.of(11, 30)])
    setTimeout(() => stop.abort(), 2)
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(await other).toHaveLength(1)
    const guard = () => {
      throw new AppError('conflict', 'used up', { details: { pause: 'budget' } })
    }
    const poor = shared.handOut({ guard }).generate?.(ask('x'))
    const rich = shared.handOut().generate?.(ask('x'))
    await expect(poor).rejects.toMatchObject({ details: { pause: 'budget' } })
    await expect(rich).resolves.toBeTruthy()
    expect(cache.size).toBe(2)
  })

  it('says that the backend is down when requests fail again and again', async () => {
    const failure = { kind: 'retry', reason: 'overloaded', httpStatus: 502 } as const
    const { shared, cache } = share({
      generate: () => Promise.reject(requestError(failure, 'The server answered 502.')),
    })
    const view = shared.handOut()
    await expect(view.generate?.(ask('a'))).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { pause: 'backend_down', backendId: 'b' },
      message: expect.stringContaining('502') as string,
    })
    expect(view.meter).toMatchObject({ requests: 4, retries: 3 })
    expect(cache.size).toBe(0)
  })

  it('takes a 500 for the fault of a text only where the server answers others', async () => {
    const base = openFake(fakeConfigSchema.parse({}))
    const failure = {
      kind: 'retry',
      reason: 'server_error',
      httpStatus: 500,
      maxRetries: 2,
    } as const
    let isDead = false
    const { shared, cache } = share({
      embed: (texts) =>
        isDead || texts.includes('bad')
          ? Promise.reject(requestError(failure, 'The server answered 500.'))
          : (base.embed?.(texts) as never),
    })
    const texts = Array.from({ length: 20 }, (_, i) => (i === 13 ? 'bad' : `text ${i}`))
    await expect(shared.handOut().embed?.(texts)).rejects.toMatchObject({ code: 'data_error' })
    expect(cache.size).toBe(19)
    isDead = true
    const down = { details: { pause: 'backend_down' } }
    await expect(shared.handOut().embed?.(['bad'])).rejects.toMatchObject(down)
    await expect(shared.handOut().embed?.(['new'])).rejects.toMatchObject(down)
  })
})

describe('batches', () => {
  it('hold what fits, longest first, every index once', () => {
    const batches = packBatches([5, 1, 9, 3, 30], { items: 2, size: 10 })
    expect(batches).toEqual([[4], [2], [0, 3], [1]])
  })

  it('are halved only for failures of items', async () => {
    const fatal = new AppError('invalid_input', 'all')
    const failed = new Map<number, unknown>()
    const fail = (item: number, error: unknown) => failed.set(item, error)
    await expect(sendSplitting([1, 2], () => Promise.reject(fatal), fail)).rejects.toBe(fatal)
    const bad = new AppError('data_error', 'one')
    const sent: number[][] = []
    const send = async (items: readonly number[]) => {
      sent.push([...items])
      if (items.includes(4)) throw bad
    }
    await sendSplitting([1, 2, 3, 4, 5], send, fail)
    expect([...failed]).toEqual([[4, bad]])
    expect(
      sent
        .filter((items) => !items.includes(4))
        .flat()
        .sort(),
    ).toEqual([1, 2, 3, 5])
  })
})
