import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '@/lib/backends/session/clock'
import { pausingError, requestError } from '@/lib/backends/session/request-error'
import type { HoldReason } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import type { BackendPool } from './backend-pool'
import { diskFullMessage, isDiskFull } from './disk-full'
import { FaultStudy, FaultyServer } from '@/lib/testing/faults/kit'
import { HoldWatch } from './auto-resume'
import { claim, LONGEST_WAIT_MS, pauseItself } from '@/lib/queue/leases'
import {
  enqueue,
  getJob,
  getJobRow,
  listEvents,
  requestCancel,
  requestPause,
  resumeJob,
} from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { WorkerLoop } from './loop'

vi.hoisted(() => {
  process.env.LOG_LEVEL = 'silent'
})

let study: TestStudy

beforeEach(() => {
  study = testStudy(1)
})
afterEach(() => {
  vi.useRealTimers()
  study.close()
})

/** Adds a job that paused by itself. */
function held(reason: HoldReason, backendId: string | null = null): string {
  const { id } = enqueue(study.db, {
    kind: 'compute',
    payload: { runId: 'x' },
    names: { run: 'x' },
  })
  const row = claim(study.db, 'w', ['compute'])
  pauseItself(study.db, row?.no ?? 0, 'w', { reason, message: 'It is away.', backendId })
  return id
}

function handClock() {
  let at = 0
  const clock: Clock = { now: () => at, sleep: async () => undefined }
  return { clock, move: (ms: number) => (at += ms) }
}

/** A watch over made-up backends and a made-up disk, and the moments at which it looked. */
function watchOver(check: (id: string) => void, free: () => number = () => 2 ** 40) {
  const { clock, move } = handClock()
  const looks: { id: string; at: number }[] = []
  const pool = {
    async check(id: string) {
      looks.push({ id, at: clock.now() })
      check(id)
    },
  } as unknown as BackendPool
  const { db, config } = study
  const watch = new HoldWatch({ db, config, pool }, { clock, freeBytes: free })
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds * 2; i += 1) {
      watch.tick()
      await new Promise((resolve) => setImmediate(resolve))
      move(500)
    }
  }
  return { watch, looks, pass }
}

const away = () => {
  throw requestError({ kind: 'retry', reason: 'ECONNREFUSED', httpStatus: null }, 'away')
}

describe('a job that waits for its backend', () => {
  it('shows why, and goes on when the backend answers, with all that wait for the same', async () => {
    const a = held('backend_down', 'x')
    const b = held('backend_down', 'x')
    const other = held('backend_down', 'y')
    expect(getJob(study.db, a)).toMatchObject({
      state: 'paused',
      error: 'It is away.',
      hold: { reason: 'backend_down', backendId: 'x' },
    })
    let isBack = false
    const { pass } = watchOver((id) => {
      if (id === 'y' || !isBack) away()
    })
    await pass(20)
    expect(getJob(study.db, a).state).toBe('paused')
    isBack = true
    await pass(31)
    for (const id of [a, b]) {
      expect(getJob(study.db, id)).toMatchObject({ state: 'queued', hold: null, error: null })
      expect(listEvents(study.db, id).at(-1)?.message).toContain('answers again')
    }
    expect(getJob(study.db, other).state).toBe('paused')
  })

  it('is looked after ever more rarely, half a minute apart at most', async () => {
    held('backend_down', 'x')
    const { looks, pass } = watchOver(away)
    await pass(240)
    const gaps = looks.slice(1).map(({ at }, i) => at - (looks[i]?.at ?? 0))
    expect(looks[0]?.at).toBe(2_000)
    expect(gaps[0]).toBe(3_000)
    expect(gaps).toEqual([...gaps].sort((p, q) => p - q))
    expect(gaps.at(-1)).toBeLessThanOrEqual(30_500)
  })

  it('waits longer when going on did not help', async () => {
    const id = held('backend_down', 'x')
    const { looks, pass } = watchOver(() => undefined)
    const gaps: number[] = []
    for (let i = 0; i < 5; i += 1) {
      const before = looks.length
      let waited = 0
      while (looks.length === before) {
        await pass(0.5)
        waited += 500
      }
      gaps.push(waited)
      const row = claim(study.db, 'w', ['compute'])
      pauseItself(study.db, row?.no ?? 0, 'w', {
        reason: 'backend_down',
        message: 'Again.',
        backendId: 'x',
      })
    }
    expect(getJob(study.db, id).state).toBe('paused')
    expect(gaps).toEqual([...gaps].sort((p, q) => p - q))
    expect(gaps.at(-1)).toBeGreaterThan(2 * (gaps[0] ?? 0))
  })

  it('goes on to fail when the backend is back but refuses', async () => {
    const id = held('backend_down', 'x')
    const { pass } = watchOver(() => {
      throw requestError({ kind: 'config', reason: 'key', httpStatus: 401 }, 'The key is refused.')
    })
    await pass(5)
    expect(getJob(study.db, id).state).toBe('queued')
    expect(listEvents(study.db, id).at(-1)?.message).toContain('The key is refused.')
  })

  it('can be cancelled, resumed and paused for good by a person', async () => {
    const [a, b, c] = [1, 2, 3].map(() => held('backend_down', 'x')) as [string, string, string]
    expect(requestCancel(study.db, a)).toMatchObject({ state: 'cancelled', hold: null })
    expect(resumeJob(study.db, b)).toMatchObject({ state: 'queued', hold: null, error: null })
    expect(requestPause(study.db, c)).toMatchObject({ state: 'paused', hold: null })
    const { pass } = watchOver(() => undefined)
    await pass(30)
    expect(getJob(study.db, c).state).toBe('paused')
  })
})

it('needs a person after another model, bad replies and a used-up budget', async () => {
  const ids = (['model_changed', 'bad_replies', 'budget'] as const).map((reason) =>
    held(reason, 'x'),
  )
  const { looks, pass } = watchOver(() => undefined)
  await pass(60)
  for (const id of ids) expect(getJob(study.db, id).state).toBe('paused')
  expect(looks).toEqual([])
})

it('goes on when the disk has room again', async () => {
  const id = held('disk_full')
  let free = 1_000
  const { pass } = watchOver(away, () => free)
  await pass(30)
  expect(getJob(study.db, id).state).toBe('paused')
  free = 2 ** 30
  await pass(31)
  expect(getJob(study.db, id).state).toBe('queued')
})

describe('a full disk', () => {
  it('is recognised through the errors that wrap it', () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    expect(isDiskFull(full)).toBe(true)
    expect(isDiskFull(new AppError('internal', 'x', { cause: full }))).toBe(true)
    expect(isDiskFull(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe(true)
    expect(isDiskFull(pausingError('backend_down', 'x'))).toBe(false)
    expect(isDiskFull(new Error('x'))).toBe(false)
  })

  it('pauses the job with nothing half done, and the job ends whole once there is room', async () => {
    const calm = new FaultStudy(null, { rows: 40, kind: 'fake' })
    await calm.run()
    const full = new FaultStudy(null, { rows: 40, kind: 'fake' })
    const sqlite = full.study.db.$client
    const pages = sqlite.pragma('page_count', { simple: true }) as number
    // Room for some answers, not for all.
    sqlite.pragma(`max_page_count = ${pages + 6}`)
    const running = full.run()
    // It cannot even write that it has paused, and keeps the job until it can.
    await vi.waitFor(() => expect(full.cached).toBeGreaterThan(0))
    await new Promise((resolve) => setTimeout(resolve, 50))
    sqlite.pragma(`max_page_count = ${pages + 1_000_000}`)
    expect(await running).toBe('paused')
    expect(full.job).toMatchObject({
      hold: { reason: 'disk_full' },
      error: diskFullMessage(full.study.config.dataDir),
    })
    const { counted, stored } = full.doneRows
    expect(counted).toBe(stored)
    expect(await full.untilResumed(600)).toBe(true)
    expect(await full.run()).toBe('succeeded')
    expect(full.columns).toEqual(calm.columns)
    expect(full.cached).toBe(calm.cached)
    await calm.close()
    await full.close()
  })
})

describe('a wall clock that jumps', () => {
  const HOUR = 3_600_000

  it('does not hide waiting jobs when it is set back', () => {
    const { id } = enqueue(study.db, {
      kind: 'compute',
      payload: { runId: 'x' },
      names: { run: 'x' },
    })
    expect(claim(study.db, 'w', ['compute'], Date.now() - HOUR)?.id).toBe(id)
    const { id: later } = enqueue(study.db, {
      kind: 'compute',
      payload: { runId: 'x' },
      names: { run: 'x' },
    })
    expect(claim(study.db, 'w', ['compute'], Date.now() - LONGEST_WAIT_MS / 2)).toBeNull()
    expect(getJob(study.db, later).state).toBe('queued')
  })

  it('takes no running job away from a living worker, in either direction', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const pool = { closeAll: async () => undefined } as unknown as BackendPool
    const { db, config } = study
    const loop = new WorkerLoop({ db, config, pool, owner: 'me' }, [])
    const { id } = enqueue(db, { kind: 'compute', payload: { runId: 'x' }, names: { run: 'x' } })
    claim(db, 'me', ['compute'])
    for (const jump of [24 * HOUR, -48 * HOUR]) {
      vi.setSystemTime(Date.now() + jump)
      loop.tick()
      loop.recover()
      expect(getJobRow(db, id)).toMatchObject({ state: 'running', leaseOwner: 'me' })
    }
  })
})

it('keeps no key, address, job or label in what it stores of requests', async () => {
  const canary = 'canary-4711-secret'
  vi.stubEnv('CANARY_KEY', canary)
  const server = new FaultyServer()
  const replica = new FaultyServer()
  await server.start()
  await replica.start()
  const one = new FaultStudy(server.url, { config: { keyEnv: 'CANARY_KEY', revision: 'r1' } })
  const two = new FaultStudy(replica.url, {
    config: { revision: 'r1', concurrency: 2, replicas: [server.url] },
  })
  const keysOf = (at: FaultStudy) =>
    at.study.db.$client.prepare('select hex(key) from request_cache order by 1').pluck().all()
  expect([await one.run(), await two.run()]).toEqual(['succeeded', 'succeeded'])
  expect(one.cached).toBeGreaterThan(20)
  expect(keysOf(two)).toEqual(keysOf(one))
  expect(two.columns).toEqual(one.columns)
  expect(one.study.db.$client.serialize().includes(canary)).toBe(false)
  await one.close()
  await two.close()
  await server.stop()
  await replica.stop()
  vi.unstubAllEnvs()
})
