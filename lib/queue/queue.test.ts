import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '@/db/client'
import { emptyProgress } from '@/lib/contracts/job'
import { emptyMeter } from '@/lib/contracts/meter'
import {
  claim,
  extendLease,
  fail,
  finish,
  LEASE_MS,
  pendingRequests,
  recoverLeases,
  release,
  saveProgress,
} from './leases'
import {
  enqueue,
  getJob,
  getJobRow,
  listEvents,
  listJobs,
  requestCancel,
  requestPause,
  resumeJob,
  retryJob,
} from './queue'
import { addRawJob } from '@/lib/testing/queued'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

let study: TestStudy

beforeEach(() => {
  study = testStudy(1)
})
afterEach(() => study.close())

const KINDS = ['compute', 'import']

function add(kind = 'compute', priority = 0) {
  return addRawJob(study.db, { kind, payload: { n: 1 }, priority })
}

describe('claim', () => {
  it('gives each job to one of two connections only', () => {
    const other = openDatabase(study.config.databasePath)
    for (let i = 0; i < 20; i += 1) add()
    const taken: number[] = []
    for (let i = 0; i < 12; i += 1) {
      const a = claim(study.db, 'a', KINDS)
      const b = claim(other, 'b', KINDS)
      taken.push(...[a, b].flatMap((row) => (row ? [row.no] : [])))
    }
    other.$client.close()
    expect(taken).toHaveLength(20)
    expect(new Set(taken).size).toBe(20)
  })

  it('takes by priority, then by arrival, and only the kinds asked for', () => {
    const first = add()
    const urgent = add('compute', 5)
    const file = add('import')
    expect(claim(study.db, 'a', ['import'])?.id).toBe(file.id)
    expect(claim(study.db, 'a', ['compute'])?.id).toBe(urgent.id)
    expect(claim(study.db, 'a', ['compute'])?.id).toBe(first.id)
    expect(claim(study.db, 'a', KINDS)).toBeNull()
    expect(claim(study.db, 'a', [])).toBeNull()
  })

  it('keeps the order of arrival among equals, however many wait', () => {
    const ids = Array.from({ length: 5 }, () => add().id)
    const urgent = Array.from({ length: 3 }, () => add('compute', 5).id)
    const taken = () => claim(study.db, 'a', KINDS)?.id
    expect(Array.from({ length: 8 }, taken)).toEqual([...urgent, ...ids])
  })

  it('keeps the place of a job that was paused and goes on, before equals that came after it', () => {
    const [first, second, third] = [add(), add(), add()]
    requestPause(study.db, first.id)
    resumeJob(study.db, first.id, Date.now() + 5)
    const taken = () => claim(study.db, 'a', KINDS, Date.now() + 10)?.id
    expect([taken(), taken(), taken()]).toEqual([first.id, second.id, third.id])
  })

  it('leaves a job alone until its time has come', () => {
    add()
    expect(claim(study.db, 'a', KINDS, Date.now() - 60_000)).toBeNull()
  })

  it('rolls back with the transaction of its maker', () => {
    const attempt = () =>
      study.db.transaction((tx) => {
        enqueue(tx, { kind: 'purge', payload: {}, names: {} })
        throw new Error('no')
      })
    expect(attempt).toThrow('no')
    expect(listJobs(study.db)).toEqual([])
  })
})

describe('leases', () => {
  it('go to the next worker at once when the owner is known to be dead', () => {
    const { id } = add()
    claim(study.db, 'dead', KINDS)
    expect(recoverLeases(study.db, 'me', { all: false })).toEqual([])
    expect(recoverLeases(study.db, 'me', { all: true })).toEqual([id])
    expect(getJob(study.db, id).state).toBe('queued')
    expect(listEvents(study.db, id).at(-1)?.message).toContain('stopped')
  })

  it('run out, unless they are renewed', () => {
    const { id } = add()
    const row = claim(study.db, 'slow', KINDS)
    const now = Date.now()
    expect(extendLease(study.db, row?.no ?? 0, 'slow', now + 50_000)).toBe(true)
    expect(recoverLeases(study.db, 'me', { all: false }, now + LEASE_MS + 1)).toEqual([])
    expect(recoverLeases(study.db, 'me', { all: false }, now + 50_000 + LEASE_MS + 1)).toEqual([id])
    expect(extendLease(study.db, row?.no ?? 0, 'slow')).toBe(false)
  })

  it('that were lost let nothing be written', () => {
    const { id } = add()
    const no = claim(study.db, 'old', KINDS)?.no ?? 0
    recoverLeases(study.db, 'me', { all: true })
    expect(saveProgress(study.db, no, 'old', { ...emptyProgress(), done: 5 })).toBe(false)
    expect(finish(study.db, no, 'old', null)).toBe(false)
    expect(release(study.db, no, 'old', 'cancelled')).toBe(false)
    expect(fail(study.db, no, 'old', { code: 'internal', message: 'x' })).toBeNull()
    expect(getJob(study.db, id)).toMatchObject({ state: 'queued', error: null })
  })

  /** Lets the worker die after so many rows and answered requests of the running attempt. */
  function crash(done: number, requests = 0) {
    const row = claim(study.db, 'w', KINDS)
    if (!row) return
    const meter = { ...emptyMeter(), requests: requests + 5, retries: 5 }
    saveProgress(study.db, row.no, 'w', { ...row.progress, done, meter })
    recoverLeases(study.db, 'me', { all: true })
  }

  it('of a job that kills its worker end with failure the second time it gets no further', () => {
    const { id } = add()
    for (let i = 1; i <= 12; i += 1) crash(i)
    expect(getJob(study.db, id).state).toBe('queued')
    crash(12)
    const { state, errorCode, error } = getJob(study.db, id)
    expect({ state, errorCode }).toEqual({ state: 'failed', errorCode: 'internal' })
    expect(error).toContain('stopped unexpectedly 2 times')
    expect(listEvents(study.db, id).at(-1)?.message).toContain('The worker stopped')
    retryJob(study.db, id)
    crash(12)
    expect(getJob(study.db, id).state).toBe('queued')
  })

  it('of a job that only repeats what it had done are not taken for progress', () => {
    const { id } = add()
    crash(50)
    // The next attempt counts from nothing again and dies at the same row.
    const row = claim(study.db, 'w', KINDS)
    for (const done of [1, 30, 50]) {
      saveProgress(study.db, row?.no ?? 0, 'w', { ...(row?.progress ?? emptyProgress()), done })
    }
    recoverLeases(study.db, 'me', { all: true })
    expect(getJob(study.db, id).state).toBe('failed')
  })

  it('of a job that gets answers but no row done are forgiven longer, not for ever', () => {
    const { id } = add()
    for (let i = 1; i <= 7; i += 1) crash(0, i)
    expect(getJob(study.db, id).state).toBe('queued')
    crash(0, 8)
    expect(getJob(study.db, id).state).toBe('failed')
  })
})

describe('requests of users', () => {
  it('stop a waiting job at once', () => {
    const a = add()
    const b = add()
    expect(requestCancel(study.db, a.id)).toMatchObject({ state: 'cancelled', retryable: true })
    expect(requestPause(study.db, b.id).state).toBe('paused')
    expect(claim(study.db, 'w', KINDS)).toBeNull()
    expect(resumeJob(study.db, b.id).state).toBe('queued')
    expect(() => requestCancel(study.db, a.id)).toThrow('ended already')
    expect(() => resumeJob(study.db, a.id)).toThrow('Only a paused job')
  })

  it('reach the worker of a running job', () => {
    const { id } = add()
    const no = claim(study.db, 'w', KINDS)?.no ?? 0
    expect(requestPause(study.db, id).request).toBe('pause')
    expect(pendingRequests(study.db, 'w')).toEqual([{ no, request: 'pause' }])
    expect(resumeJob(study.db, id).request).toBeNull()
    expect(requestCancel(study.db, id).request).toBe('cancel')
    expect(() => requestPause(study.db, id)).toThrow('running')
    expect(release(study.db, no, 'w', 'cancelled')).toBe(true)
    expect(getJob(study.db, id)).toMatchObject({ state: 'cancelled', request: null, attempts: 0 })
  })

  it('are kept when the worker dies before it hears them', () => {
    const { id } = add()
    claim(study.db, 'dead', KINDS)
    requestCancel(study.db, id)
    recoverLeases(study.db, 'me', { all: true })
    expect(getJob(study.db, id).state).toBe('cancelled')
  })
})

describe('failures', () => {
  it('of a backend wait longer each time, then stay', () => {
    const { id } = add()
    const waits: number[] = []
    let now = Date.now() + 1
    for (let i = 0; i < 4; i += 1) {
      const no = claim(study.db, 'w', KINDS, now)?.no ?? 0
      fail(study.db, no, 'w', { code: 'backend_unavailable', message: 'gone' }, now)
      waits.push(getJobRow(study.db, id).runAfter - now)
      now += 10_000_000
    }
    expect(waits.slice(0, 3)).toEqual([15_000, 30_000, 60_000])
    expect(getJob(study.db, id)).toMatchObject({ state: 'failed', error: 'gone' })
  })

  it('of other kinds stay at once and can be retried', () => {
    const { id } = add()
    const no = claim(study.db, 'w', KINDS)?.no ?? 0
    expect(fail(study.db, no, 'w', { code: 'data_error', message: 'bad file' })).toBe('failed')
    expect(retryJob(study.db, id)).toMatchObject({ state: 'queued', error: null, attempts: 0 })
    expect(getJobRow(study.db, id).payload).toEqual({ n: 1 })
    expect(() => retryJob(study.db, id)).toThrow('nothing to retry')
  })

  it('of rows make a finished job retryable only where asking again may help', () => {
    const reasons = (name: string) => ({ [name]: { count: 2, example: '' } })
    const end = (name: string) => {
      const { id } = add()
      const no = claim(study.db, 'w', KINDS)?.no ?? 0
      saveProgress(study.db, no, 'w', { ...emptyProgress(), reasons: reasons(name) })
      finish(study.db, no, 'w', { ok: true })
      return getJob(study.db, id).retryable
    }
    expect(end('no_response')).toBe(false)
    expect(end('unparsed')).toBe(true)
  })
})
