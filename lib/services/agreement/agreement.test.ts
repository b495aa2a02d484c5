import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { runs } from '@/db/schema'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { agreement } from '../agreement'
import { judgingSummary } from './summary'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { emptyRecord } from '../runs/definition'

// The worked example of the metric reference, section 3.4, row by row.
const FIRST = [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5]
const SECOND = [1, 1, 2, 2, 2, 2, 3, 2, 3, 3, 3, 3, 4, 3, 4, 4, 4, 5, 5, 5]

describe('agreement of two runs', () => {
  let study: TestStudy

  const add = (
    values: readonly TestValue[],
    metric = 'difficulty_level',
    output = 'level',
    params: Record<string, unknown> = {},
  ) => {
    const id = addTestRun(
      study.db,
      { studyId: study.studyId, metric, output, hash: 'h' },
      { [study.seedCell]: values },
    )
    const run = study.db.select().from(runs).where(eq(runs.id, id)).get()
    if (run) {
      const definition = { ...run.definition, params }
      study.db.update(runs).set({ definition }).where(eq(runs.id, id)).run()
    }
    return id
  }
  const report = async (...ids: string[]) => {
    const found = (await agreement(study.db, study.studyId, ids)).report
    if (!found) throw new Error('no report')
    return found
  }

  beforeEach(() => {
    study = testStudy(20)
  })
  afterEach(() => study.close())

  it('reproduces the worked example, with an interval around it', async () => {
    const found = await report(add(FIRST), add(SECOND))
    expect(found).toMatchObject({ n: 20, onlyFirst: 0, onlySecond: 0, clusters: 20, differs: [] })
    expect(found.kappa?.value).toBeCloseTo(0.896729776248, 12)
    expect(found.kappa?.low).toBeLessThan(0.896)
    expect(found.kappa?.high).toBeGreaterThan(0.897)
    expect(found.kappa?.resamples).toBe(10_000)
    // By scikit-learn 1.9.1 and from Gwet's definition in numpy.
    expect(found.unweightedKappa).toBeCloseTo(0.6153846153846154, 12)
    expect(found.ac1).toBeCloseTo(0.6276183087664856, 12)
    expect(found.ac2).toBeCloseTo(0.9308357348703168, 12)
    expect(found.exact).toMatchObject({ k: 14, n: 20 })
    expect(found.adjacent).toMatchObject({ k: 20, n: 20 })
    expect(found.meanDifference).toBeCloseTo(0.1, 12)
    expect(found.table.labels).toEqual(['very easy', 'easy', 'medium', 'hard', 'very hard'])
    expect(found.table.counts).toEqual([
      [2, 1, 0, 0, 0],
      [0, 3, 1, 0, 0],
      [0, 1, 4, 1, 0],
      [0, 0, 1, 3, 1],
      [0, 0, 0, 0, 2],
    ])
    expect(found.profiles[0]).toMatchObject({ rated: 20, ceiling: { k: 2, n: 20 } })
    expect(found.consistency).toMatchObject({ units: 20, pairs: 0.7, unanimous: 0.7 })
  })

  it('leaves out rows that only one run rated, and says how many', async () => {
    const first = FIRST.map((value, i): TestValue => (i < 3 ? 'unparsed' : value))
    const second = SECOND.map((value, i): TestValue => (i === 19 ? 'refused' : value))
    const found = await report(add(first), add(second))
    expect(found).toMatchObject({ n: 16, onlyFirst: 1, onlySecond: 3 })
    expect(found.profiles[0]?.failed).toMatchObject({ k: 3, n: 20 })
    expect(found.profiles[1]?.reasons).toEqual({ refused: 1 })
  })

  it('compares repeated judging over more than two runs', async () => {
    const found = await report(
      add(FIRST, undefined, undefined, { temperature: 0.7, repeat: 0 }),
      add(FIRST, undefined, undefined, { temperature: 0.7, repeat: 1 }),
      add(SECOND, undefined, undefined, { temperature: 0.7, repeat: 2 }),
    )
    expect(found.differs).toEqual(['repeat'])
    expect(found.kappa?.value).toBe(1)
    // Fourteen rows agree in all three pairs, six in one of three.
    expect(found.consistency?.pairs).toBeCloseTo((14 + 6 / 3) / 20, 12)
    expect(found.consistency?.unanimous).toBe(0.7)
  })

  it('has no kappa where every rating is the same, and says why', async () => {
    const found = await report(add(FIRST.map(() => 5)), add(FIRST.map(() => 5)))
    expect(found).toMatchObject({ kappa: null, kappaReason: 'zero_denominator', ac1: 1, ac2: 1 })
    expect(found.profiles[0]?.ceiling).toMatchObject({ k: 20, n: 20 })
    const none = await report(add(['error']), add(FIRST))
    expect(none).toMatchObject({ n: 0, kappa: null, kappaReason: 'n_too_small' })
  })

  it('bins numbers for the table only', async () => {
    const score = ['difficulty_score', 'score'] as const
    const found = await report(add([0, 5, 99, 100], ...score), add([5, 15, 100, 100], ...score))
    expect(found.scale).toMatchObject({ min: 0, max: 100, within: 5 })
    expect(found.exact.k).toBe(1)
    expect(found).toMatchObject({ unweightedKappa: null, ac1: null, ac2: null })
    expect(found.adjacent.k).toBe(3)
    expect(found.table.counts[0]?.slice(0, 2)).toEqual([1, 1])
    expect(found.table.counts[9]?.[9]).toBe(2)
  })

  it('lists what can be compared and refuses what cannot', async () => {
    const level = add(FIRST)
    const score = add(FIRST, 'difficulty_score', 'score')
    const distance = add(FIRST, 'mnd', 'mnd')
    const { candidates, report: none } = await agreement(study.db, study.studyId, [])
    expect(none).toBeNull()
    expect(candidates.map((run) => run.runId).toSorted()).toEqual([level, score].toSorted())
    await expect(report(level, score)).rejects.toThrow(/different scales/)
    await expect(report(level, distance)).rejects.toThrow(/no ratings/)
    await expect(report(level, 'nothing')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('summary of a judge', () => {
  let study: TestStudy
  beforeEach(() => {
    study = testStudy(4)
  })
  afterEach(() => study.close())

  async function summaryOf(params: Record<string, unknown>) {
    const id = addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'difficulty_level', output: 'level', hash: 'h' },
      { [study.seedCell]: [5, 5, 3, 'ambiguous'] },
    )
    const definition = {
      metric: 'difficulty_level',
      metricVersion: 1,
      params,
      model: null,
      prompts: [],
    }
    study.db
      .update(runs)
      .set({ definition, record: emptyRecord(null) })
      .where(eq(runs.id, id))
      .run()
    return judgingSummary(study.db, id)
  }

  it('counts exact and tolerant readings side by side, and the top of the scale', async () => {
    expect(await summaryOf({ parse: 'tolerant', constrained: 'never' })).toMatchObject({
      asked: 4,
      exact: 3,
      tolerant: 3,
      schema: null,
      ceiling: { k: 2, n: 3 },
      top: 'very hard',
      saturated: true,
    })
  })

  it('says nothing of the exact rate where a schema constrained the reply, nor of repairs not asked for', async () => {
    expect(await summaryOf({ parse: 'tolerant', constrained: 'always' })).toMatchObject({
      exact: null,
      tolerant: null,
      schema: 3,
    })
    expect(await summaryOf({ parse: 'exact', constrained: 'never' })).toMatchObject({
      exact: 3,
      tolerant: null,
    })
  })
})
