import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { backends } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { startRuns } from '@/lib/services/runs/compute'
import { planSchema } from '@/lib/contracts/experiment'
import { startExperiment } from '@/lib/services/experiments'
import { JOB_KINDS } from './handlers'
import { finish, pauseItself, recoverLeases, saveProgress } from '@/lib/queue/leases'
import { getJobRow } from '@/lib/queue/queue'
import { Schedule, type Held } from './schedule'
import { addRawJob } from '@/lib/testing/queued'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { defineJob } from './types'

const payload = z.object({ on: z.array(z.string()).default([]) })
const KINDS = [
  defineJob(
    { kind: 'work', payload },
    {
      run: async () => {},
      backends: (_, p) => p.on,
    },
  ),
  defineJob(
    { kind: 'look', payload },
    {
      lane: 'quick',
      run: async () => {},
      backends: (_, p) => p.on,
    },
  ),
]

let study: TestStudy
let running: { name: string; no: number; held: Held }[]
let schedule: Schedule
let clock: number

beforeEach(() => {
  study = testStudy(4)
  running = []
  clock = Date.now()
  schedule = new Schedule({ ...study, owner: 'me' }, KINDS)
  for (const id of ['a', 'b', 'c']) {
    study.db
      .insert(backends)
      .values({ id, kind: 'fake', label: id, config: {}, createdAt: 1 })
      .run()
  }
})
afterEach(() => study.close())

function add(name: string, on: string[], options: { kind?: string; priority?: number } = {}) {
  const { kind = 'work', priority = 0 } = options
  clock += 1
  return addRawJob(study.db, { kind, payload: { on }, title: name, priority }, clock).id
}

/** Starts whatever can run; returns the names of what was started. */
function start(): string[] {
  const started: string[] = []
  for (;;) {
    clock += 1
    const held = running.map((one) => one.held)
    const found = schedule.next(held, clock)
    if (!found) return started
    running.push({ name: found.row.title, no: found.row.no, held: found.held })
    started.push(found.row.title)
  }
}

function end(name: string): void {
  const at = running.findIndex((one) => one.name === name)
  const [ended] = running.splice(at, 1)
  finish(study.db, ended?.no ?? 0, 'me', null)
}

describe('the choice of the next job', () => {
  it('runs jobs of different backends side by side, those of one backend by priority and age', () => {
    add('a1', ['a'])
    add('a2', ['a'])
    add('urgent', ['a'], { priority: 5 })
    add('b1', ['b'])
    add('none', [])
    add('none 2', [])
    expect(start()).toEqual(['urgent', 'b1', 'none'])
    end('urgent')
    expect(start()).toEqual(['a1'])
    end('b1')
    end('none')
    expect(start()).toEqual(['none 2'])
    end('a1')
    expect(start()).toEqual(['a2'])
  })

  it('lets short jobs run beside long ones on the same backend, but not beside each other', () => {
    add('long', ['a'])
    add('probe', ['a'], { kind: 'look' })
    add('trial', ['a'], { kind: 'look' })
    expect(start()).toEqual(['long', 'probe'])
    end('probe')
    expect(start()).toEqual(['trial'])
  })

  it('runs so many at once and no more', () => {
    for (let i = 0; i < 20; i += 1) {
      study.db
        .insert(backends)
        .values({ id: `x${i}`, kind: 'fake', label: 'x', config: {}, createdAt: 1 })
        .run()
      add(`x${i}`, [`x${i}`])
    }
    expect(start()).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'])
    end('x3')
    expect(start()).toEqual(['x8'])
  })

  it('takes engines of this machine in turn, whichever they are', () => {
    add('language', ['embedded'])
    add('sentences', ['embedded-embeddings'])
    add('server', ['a'])
    expect(start()).toEqual(['language', 'server'])
    end('language')
    expect(start()).toEqual(['sentences'])
  })

  it('is not held up by a job that waits for its backend', () => {
    const id = add('a1', ['a'])
    add('b1', ['b'])
    expect(start()).toEqual(['a1', 'b1'])
    end('b1')
    const why = { reason: 'backend_down', message: 'away', backendId: 'a' } as const
    pauseItself(study.db, getJobRow(study.db, id).no, 'me', why)
    running = []
    add('b2', ['b'])
    add('a2', ['a'])
    expect(start()).toEqual(['b2', 'a2'])
  })

  it('lets a job of two backends be passed once, then keeps both for it', () => {
    add('a1', ['a'])
    expect(start()).toEqual(['a1'])
    add('both', ['a', 'b'])
    add('b1', ['b'])
    // a works for a job that was there before: b need not stand still.
    expect(start()).toEqual(['b1'])
    end('a1')
    add('a2', ['a'])
    // All that it still waits for was taken after it came.
    expect(start()).toEqual([])
    add('c1', ['c'])
    expect(start()).toEqual(['c1'])
    end('b1')
    expect(start()).toEqual(['both'])
    end('both')
    expect(start()).toEqual(['a2'])
  })

  it('runs jobs during which a worker died one at a time, until they get on', () => {
    add('a1', ['a'])
    add('b1', ['b'])
    expect(start()).toEqual(['a1', 'b1'])
    schedule = new Schedule({ ...study, owner: 'next' }, KINDS)
    running = []
    recoverLeases(study.db, 'next', { all: true }, clock)
    add('c1', ['c'])
    expect(start()).toEqual(['a1', 'c1'])
    const { no, progress } = getJobRow(study.db, running[0] ? idOf(running[0].no) : '')
    saveProgress(study.db, no, 'next', { ...progress, done: 1 })
    expect(start()).toEqual(['b1'])
  })

  function idOf(no: number): string {
    return study.db.$client.prepare('select id from jobs where no = ?').pluck().get(no) as string
  }

  it('runs a job whose backend is gone, so that it can say so', () => {
    add('gone', ['nowhere'])
    expect(start()).toEqual(['gone'])
  })
})

describe('every kind of job that sends requests', () => {
  it('says which backends it uses', () => {
    const { studyId, db } = study
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'difficulty_score' }],
      backends: { difficulty_score: 'a' },
    })
    const compute = startRuns(study, studyId, request).jobs[0]?.id ?? ''
    const plan = planSchema.parse({
      name: 'Trial',
      scenario: { kind: 'evol-instruct' },
      arms: [{ key: 'x', label: 'X', backend: 'a' }],
      responses: { backend: 'b' },
    })
    const experimentId = startExperiment(study, studyId, plan).id
    const usedBy = (kind: string, found: Record<string, unknown>) => {
      const job = JOB_KINDS.find((entry) => entry.kind === kind)
      return job?.backends?.(study, job.payload.parse(found))
    }
    expect(usedBy('compute', getJobRow(db, compute).payload)).toEqual(['a'])
    expect(usedBy('stage', { experimentId, arm: 'x', stage: 'round-1' })).toEqual(['a'])
    expect(usedBy('stage', { experimentId, arm: 'x', stage: 'respond-round-1' })).toEqual(['b'])
    expect(usedBy('plan-trial', { studyId, plan, seeds: 3 })).toEqual(['a', 'b'])
    expect(usedBy('dry-run', { studyId, request })).toEqual(['a'])
    expect(usedBy('probe', { backendId: 'c' })).toEqual(['c'])
  })
})
