import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { emptyProgress } from '@/lib/contracts/job'
import { budgetSchema, costOf, emptyMeter, tokensOf } from '@/lib/contracts/meter'
import { AppError } from '@/lib/errors'
import { startRuns } from '@/lib/services/runs/compute'
import { actOnJob } from '@/lib/services/jobs'
import { BackendPool } from './backend-pool'
import { computeJob } from './handlers/compute'
import { JobMeter } from './job-meter'
import { claim } from '@/lib/queue/leases'
import { getJob, listEvents } from '@/lib/queue/queue'
import { runJob } from './run-job'
import { storedColumns, testStudy, type TestStudy } from '@/lib/testing/job-study'
import type { MeteredSession } from './types'

const prices = { promptPerMillion: 2, completionPerMillion: 10, currency: 'EUR' }

function session(change: Partial<MeteredSession> = {}): MeteredSession {
  return {
    meter: emptyMeter(),
    load: { inFlight: 0, waiting: 0 },
    requestErrors: {},
    ...change,
  } as MeteredSession
}

describe('costOf', () => {
  it('prices what is sent as prompt tokens and what is written as completion tokens', () => {
    const meter = {
      ...emptyMeter(),
      promptTokens: 100_000,
      scoredTokens: 200_000,
      embeddedTokens: 200_000,
      completionTokens: 50_000,
    }
    expect(costOf(meter, prices)).toEqual({ amount: 1.5, currency: 'EUR' })
    expect(costOf(meter, null)).toBeNull()
    expect(tokensOf(meter)).toBe(550_000)
  })
})

describe('JobMeter', () => {
  it('adds to what earlier attempts used, for every backend of the job', () => {
    let now = 0
    const start = emptyProgress()
    start.meter = { ...emptyMeter(), promptTokens: 10 }
    start.cost = { amount: 1, currency: 'EUR' }
    start.activeMs = 5_000
    const meter = new JobMeter({ progress: start, budget: null }, () => now)
    const first = session()
    const second = session({ requestErrors: { rate_limit: { count: 2, example: 'slow down' } } })
    meter.add(first, prices)
    meter.add(second, null)
    first.meter.completionTokens = 100_000
    second.meter.scoredTokens = 20
    second.load.inFlight = 3
    now = 1_000
    expect(meter.progress()).toMatchObject({
      meter: { promptTokens: 10, completionTokens: 100_000, scoredTokens: 20 },
      cost: { amount: 2, currency: 'EUR' },
      tokensPerSecond: 100_020,
      inFlight: 3,
      requestErrors: { rate_limit: { count: 2, example: 'slow down' } },
      activeMs: 6_000,
    })
  })

  it('shows the requests on their way as they were at the last even moment', () => {
    const meter = new JobMeter({ progress: emptyProgress(), budget: null })
    const used = session()
    meter.add(used, null)
    used.load.inFlight = 4
    used.load.waiting = 9
    meter.sample()
    used.load.inFlight = 0
    used.load.waiting = 0
    expect(meter.progress()).toMatchObject({ inFlight: 4, waiting: 9 })
    meter.sample()
    expect(meter.progress()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('has no cost in two currencies', () => {
    const meter = new JobMeter({ progress: emptyProgress(), budget: null })
    meter.add(session(), prices)
    meter.add(session(), { ...prices, currency: 'USD' })
    expect(meter.progress().cost).toBeNull()
  })

  it('refuses requests once a budget is used up', () => {
    let now = 0
    const used = session()
    const meterFor = (budget: object) => {
      const progress = emptyProgress()
      const meter = new JobMeter({ progress, budget: budgetSchema.parse(budget) }, () => now)
      meter.add(used, prices)
      return meter
    }
    const byTokens = meterFor({ tokens: 100 })
    const byMoney = meterFor({ money: 0.001 })
    const byTime = meterFor({ seconds: 60 })
    expect(() => byTokens.guard()).not.toThrow()
    used.meter.completionTokens = 100
    now = 60_000
    for (const meter of [byTokens, byMoney, byTime]) expect(() => meter.guard()).toThrow(AppError)
  })
})

let study: TestStudy
const opened: TestStudy[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

function open(rows: number, fake: Record<string, unknown> = {}): TestStudy {
  study = testStudy(rows, fake)
  opened.push(study)
  return study
}

async function runOnce(id: string): Promise<void> {
  const pool = new BackendPool(study.db, study.config)
  const around = { db: study.db, config: study.config, pool, owner: 'me' }
  const row = claim(study.db, 'me', ['compute'])
  expect(row?.id).toBe(id)
  if (row) await runJob(around, computeJob, row, new AbortController().signal)
  await pool.closeAll()
}

function start(budget: object | null): string {
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'loss' }],
    backends: { loss: 'fake' },
    budget,
  })
  return startRuns(study, study.studyId, request).jobs[0]?.id as string
}

describe('a budget', () => {
  it('pauses a job with the reason, keeps what was done, and goes on with a higher one', async () => {
    open(300)
    const id = start({ tokens: 5_000 })
    await runOnce(id)
    const paused = getJob(study.db, id)
    expect(paused).toMatchObject({ state: 'paused', errorCode: 'budget' })
    expect(paused.error).toContain('The token budget of 5,000 is used up.')
    const spent = tokensOf(paused.progress.meter)
    expect(spent).toBeGreaterThanOrEqual(5_000)
    expect(spent).toBeLessThan(8_000)
    expect(paused.progress.done).toBeGreaterThan(0)
    expect(paused.progress.done).toBeLessThan(600)
    expect(listEvents(study.db, id).at(-1)?.message).toContain('Paused: The token budget')

    expect(() => actOnJob(study.db, id, 'resume')).toThrow('higher budget')
    actOnJob(study.db, id, 'resume', { budget: null })
    await runOnce(id)
    const done = getJob(study.db, id)
    expect(done).toMatchObject({ state: 'succeeded', error: null })
    expect(done.progress.done).toBe(600)

    const calm = study
    open(300)
    const other = start(null)
    await runOnce(other)
    expect(storedColumns(calm.db)).toEqual(storedColumns(study.db))
    // Nothing was asked twice.
    expect(tokensOf(done.progress.meter)).toBe(tokensOf(getJob(study.db, other).progress.meter))
  })

  it('of money needs prices', () => {
    open(10)
    expect(() => start({ money: 1 })).toThrow('needs the prices of Fake')
  })

  it('of money stops at the price of the backend', async () => {
    open(300, { prices: { promptPerMillion: 100, completionPerMillion: 0 } })
    const id = start({ money: 0.5 })
    await runOnce(id)
    const paused = getJob(study.db, id)
    expect(paused.state).toBe('paused')
    expect(paused.progress.cost?.amount).toBeCloseTo(tokensOf(paused.progress.meter) / 10_000, 9)
    expect(paused.progress.cost?.currency).toBe('USD')
  })
})
