import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryCache } from '@/lib/testing/cache'
import { EngineHost } from '@/lib/backends/child-process/host'
import { fake } from '@/lib/backends/dialects/fake'
import { fakeConfigSchema } from '@/lib/backends/dialects/fake/config'
import { openFake } from '@/lib/backends/dialects/fake/session'
import { shareSession } from '@/lib/backends/session/metered'
import type { BackendKind } from '@/lib/backends/types'
import { FaultStudy } from '@/lib/testing/faults/kit'

vi.hoisted(() => {
  process.env.LOG_LEVEL = 'silent'
})

const ROWS = 8

/** A backend whose scores come from a child process that can be made to die. */
class MortalEngine {
  /** Token that it dies of. */
  deadly: number | 'all' | null = null
  /** Sequences of each request, as they were sent. */
  readonly requests: number[] = []
  private readonly host = new EngineHost({
    entry: 'lib/testing/child.ts',
    name: 'The test engine',
    initArgs: () => ({}),
    log: () => undefined,
  })

  /** Called with each request once it is on its way. */
  onRequest: (pid: number | null) => void = () => undefined

  readonly kind: BackendKind = {
    ...fake,
    open: async () => {
      await this.host.start()
      return {
        ...openFake(fakeConfigSchema.parse({})),
        scoreTokens: (sequences, signal) => {
          this.requests.push(sequences.length)
          const { deadly } = this
          const answer = this.host.call<Float32Array[]>(
            'score',
            { sequences, deadly, waitMs: 20 },
            signal,
          )
          this.onRequest(this.host.pid)
          return answer
        },
        close: () => this.host.close(),
      }
    },
  }
}

let engine: MortalEngine
let study: FaultStudy
let calm: string[]

async function undisturbed(): Promise<string[]> {
  const well = new MortalEngine()
  const other = new FaultStudy(null, { rows: ROWS, kind: 'fake', kindOf: () => well.kind })
  await other.run()
  const { columns } = other
  await other.close()
  return columns
}

beforeEach(async () => {
  calm ??= await undisturbed()
  engine = new MortalEngine()
  study = new FaultStudy(null, { rows: ROWS, kind: 'fake', kindOf: () => engine.kind })
})
afterEach(() => study.close())

describe('an engine in a child process', () => {
  it('that is killed in the middle of a batch costs that batch one more request', async () => {
    let killed = 0
    let requests = 0
    engine.onRequest = (pid) => {
      requests += 1
      if (requests !== 2 || pid === null) return
      killed = pid
      setTimeout(() => process.kill(pid, 'SIGKILL'), 5)
    }
    expect(await study.run()).toBe('succeeded')
    expect(killed).toBeGreaterThan(0)
    expect(study.columns).toEqual(calm)
    expect(study.job.progress.meter.retries).toBeGreaterThanOrEqual(1)
    // Each sequence was asked once, but for those that were in flight.
    const asked = engine.requests.reduce((sum, n) => sum + n, 0)
    expect(asked).toBeLessThanOrEqual(study.cached + 2 * Math.max(...engine.requests))
  }, 60_000)

  it('that dies of one text loses that text only, with the reason, and is not asked it again', async () => {
    const cache = memoryCache()
    const session = await engine.kind.open({}, study.environment)
    const shared = shareSession(session, { backendId: 'b', label: 'B', cache, clock: study.clock })
    const sequences = [2, 3, 4, 5].map((id) => Int32Array.of(10, 20, id))
    engine.deadly = 4
    const view = shared.handOut()
    await expect(view.scoreTokens?.(sequences)).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(/ended unexpectedly.*while the backend answers/) as string,
    })
    expect(cache.size).toBe(3)
    const { length } = engine.requests
    await expect(view.scoreTokens?.(sequences)).rejects.toMatchObject({ code: 'data_error' })
    expect(engine.requests).toHaveLength(length)
    // The next attempt of a job asks again: failures are never kept.
    engine.deadly = null
    expect(await shared.handOut().scoreTokens?.(sequences)).toHaveLength(4)
    await shared.close()
  }, 60_000)

  it('that dies of everything pauses the job until it lives again', async () => {
    engine.deadly = 'all'
    expect(await study.run()).toBe('paused')
    expect(study.job.hold?.reason).toBe('backend_down')
    expect(study.job.error).toMatch(/test engine ended unexpectedly/)
    expect(study.reasons.error ?? 0).toBe(0)
    engine.deadly = null
    expect(await study.untilResumed(4_000)).toBe(true)
    expect(await study.run()).toBe('succeeded')
    expect(study.columns).toEqual(calm)
  }, 60_000)
})
