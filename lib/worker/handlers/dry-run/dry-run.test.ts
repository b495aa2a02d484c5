import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema, type DryRun } from '@/lib/contracts/compute'
import { tokensOf, type Meter } from '@/lib/contracts/meter'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import { BackendPool } from '@/lib/worker/backend-pool'
import { replyLengths } from './count'
import { timeInterval } from './interval'
import { stratified, type Distinct } from './scan'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { claim } from '@/lib/queue/leases'
import { getJob } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { storedColumns, testStudy, type TestStudy } from '@/lib/testing/job-study'

let study: TestStudy | undefined
afterEach(() => {
  study?.close()
  study = undefined
})

async function work(at: TestStudy): Promise<void> {
  const pool = new BackendPool(at.db, at.config)
  const around = { db: at.db, config: at.config, pool, owner: 'me' }
  const kinds = ['compute', 'dry-run']
  for (let row = claim(at.db, 'me', kinds); row; row = claim(at.db, 'me', kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (kind) await runJob(around, kind, row, new AbortController().signal)
  }
  await pool.closeAll()
}

function request(metric: string) {
  return computeRequestSchema.parse({ metrics: [{ metric }], backends: { [metric]: 'fake' } })
}

async function estimate(at: TestStudy, metric: string): Promise<DryRun> {
  const { id } = startDryRun(at, at.studyId, request(metric))
  await work(at)
  return (getJob(at.db, id).result as { dryRuns: DryRun[] }).dryRuns[0] as DryRun
}

async function compute(at: TestStudy, metric: string): Promise<Meter> {
  const id = startRuns(at, at.studyId, request(metric)).jobs[0]?.id ?? ''
  await work(at)
  expect(getJob(at.db, id).state).toBe('succeeded')
  return getJob(at.db, id).progress.meter
}

const prices = { promptPerMillion: 1, completionPerMillion: 4, currency: 'EUR' }

describe('the dry run', () => {
  it.each(['loss', 'difficulty_score', 'difficulty_level', 'first_token_probability', 'mnd'])(
    'predicts the tokens of %s',
    async (metric) => {
      study = testStudy(150, { prices })
      const predicted = await estimate(study, metric)
      expect(storedColumns(study.db)).toEqual([])
      const real = await compute(study, metric)
      expect(predicted.blocked).toBeNull()
      const ratio = tokensOf(predicted.meter) / tokensOf(real)
      expect(ratio).toBeGreaterThan(0.9)
      expect(ratio).toBeLessThan(1.1)
      expect(predicted.cost?.currency).toBe('EUR')
    },
  )

  it('sees what the cache has and which rows are alike', async () => {
    study = testStudy(100)
    const { db } = study
    // Every row of the seeds has one of ten texts.
    db.$client
      .prepare("update rows set instruction = 'Text ' || (idx % 10) where cell_no = 1")
      .run()
    const first = await estimate(study, 'difficulty_score')
    expect(first.meter).toMatchObject({ requests: 110, cachedRequests: 90 })
    await compute(study, 'difficulty_score')
    // The answers stay in the cache when the run goes, so another run of the same definition sends nothing.
    db.$client.exec('delete from runs')
    const again = await estimate(study, 'difficulty_score')
    expect(again).toMatchObject({ rows: 200, rowsDone: 0 })
    expect(tokensOf(again.meter)).toBe(0)
    expect(again.meter.cachedRequests).toBe(200)
  })

  it('times a metric without a backend on batches of its own', async () => {
    study = testStudy(4_000)
    const { id } = startDryRun(study, study.studyId, {
      ...request('added_words'),
      backends: {},
    })
    await work(study)
    const [predicted] = (getJob(study.db, id).result as { dryRuns: DryRun[] }).dryRuns
    expect(predicted).toMatchObject({ blocked: null, backendId: null })
    expect(predicted?.sampleRows).toBe(1_000)
    expect(predicted?.secondsLow).toBeGreaterThan(0)
  })

  it('counts only rows that are still to be done', async () => {
    study = testStudy(50)
    await compute(study, 'difficulty_score')
    const after = await estimate(study, 'difficulty_score')
    expect(after).toMatchObject({ rows: 100, rowsDone: 100, secondsHigh: 0 })
    expect(tokensOf(after.meter)).toBe(0)
  })
})

describe('its parts', () => {
  it('draw one row of each length class', () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({ size: n, idx: n }) as Distinct)
    const sizes = stratified(rows, 10).map((row) => row.size)
    expect(sizes.toSorted((a, b) => a - b)).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    expect(sizes).not.toEqual(sizes.toSorted((a, b) => a - b))
    expect(stratified(rows.slice(0, 3), 10)).toHaveLength(3)
  })

  it('take the template of a chat for a constant', () => {
    const of = (size: number, promptTokens: number) => ({
      size,
      promptTokens,
      completionTokens: size / 10,
    })
    const tokens = replyLengths([of(100, 130), of(50, 81)], 'tokens')
    expect(tokens.promptTokens(200)).toBe(231)
    expect(tokens.completionTokens).toBe(8)
    const many = [100, 150, 200, 250, 300, 350, 400, 450].map((size) => of(size, 20 + size / 4))
    expect(replyLengths(many, 'characters').promptTokens(1_000)).toBe(270)
    // Three prompts make no line: in proportion.
    const few = [of(100, 50), of(110, 70), of(90, 60)]
    expect(replyLengths(few, 'characters').promptTokens(200)).toBe(120)
    expect(replyLengths([], 'tokens').completionTokens).toBe(0)
  })

  it('give time as an interval around what was measured', () => {
    const batches = [
      { rows: 1, seconds: 9, tokens: 10 },
      { rows: 2, seconds: 2, tokens: 20 },
      { rows: 2, seconds: 4, tokens: 20 },
    ]
    const work = {
      rows: 100,
      tokens: 1_000,
      reads: [{ rows: 10, seconds: 1, tokens: 0 }],
      headroom: 1,
    }
    const { secondsLow, secondsHigh } = timeInterval(batches, work)
    // 0.1 to 0.2 s a token, the waking first batch left out, and 0.1 s a row for reading it.
    expect(secondsLow).toBeCloseTo(77, 6)
    expect(secondsHigh).toBeCloseTo((10 + 175) * 1.3, 6)
    expect(timeInterval(batches, { ...work, headroom: 4 }).secondsLow).toBeCloseTo(24.5, 6)
    expect(timeInterval([], work)).toEqual({ secondsLow: 0, secondsHigh: 0 })
  })
})
