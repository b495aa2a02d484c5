import { beforeEach, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { compareTable } from '@/lib/contracts/compare-report'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { compareIntervals, comparePage, compareSummary } from '.'

const SCORE = 'difficulty_score.score'
const ROTATION = ['constraints', 'deepen', 'concretizing', 'reasoning']

let study: TestStudy
studyEach((one) => (study = one))
beforeEach(async () => {
  const at = { seedSetKey: 'general', round: 0 } as const
  await importRows(study, 'seeds.json', alpacaRows(8, 'seed'), { ...at, armKey: null })
  const evolved = { ...at, armClass: 'other', round: 1, operators: 'rotation4' } as const
  const add = async (armKey: string, align: 'index' | 'none') => {
    const place = { ...evolved, armKey, armLabel: armKey, align }
    return (await importRows(study, `${armKey}.json`, alpacaRows(8, armKey), place)).cellId
  }
  const cells = { small: await add('small', 'index'), large: await add('large', 'index') }
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' }
  addTestRun(study.db, run, {
    // Rows 1 and 5 are those of the second operator.
    [cells.small]: [0, 9, 0, 0, 0, 7, 0, 'refused'],
    [cells.large]: [0, 4, 0, 0, 0, 4, 0, 3],
  })
})

function state(operators: readonly string[], b = { arm: 'large', round: 1 }) {
  const a = { arm: 'small', round: 1 }
  return compareStateSchema.parse({ a, b, operators, columns: [SCORE] })
}

async function compared(operators: readonly string[]) {
  const asked = state(operators)
  const summary = await compareSummary(study.db, study.studyId, asked)
  const { intervals } = await compareIntervals(study.db, study.studyId, asked)
  return { summary, metric: summary.metrics[0], interval: intervals[SCORE] }
}

it('compares only rows of the chosen operators on both sides, and says so', async () => {
  const { summary, metric, interval } = await compared([ROTATION[1] as string])
  expect(summary).toMatchObject({ rowsA: 2, rowsB: 2, aligned: 2 })
  expect(metric?.paired).toMatchObject({ n: 2, meanA: 8, meanB: 4, meanDifference: 4 })
  expect(metric?.a).toMatchObject({ rows: 2, valued: 2, missing: {} })
  expect(interval).toMatchObject({ ok: true, seeds: 2, low: 3, high: 5 })
  expect(summary.citation.sentence).toContain('"small.1 [deepen] against large.1 [deepen]"')
  const [row] = compareTable(summary, [{}], ['small.1', 'large.1']).rows
  expect(row?.note).toBe('only rows of deepen')
  const page = await comparePage(study.db, study.studyId, state(['deepen']), 0, 10)
  expect(page.rows.map(({ slot, a, b }) => [slot, a.operator, b.operator])).toEqual([
    [1, 'deepen', 'deepen'],
    [5, 'deepen', 'deepen'],
  ])
})

it('takes several operators together, and all without a choice', async () => {
  const two = await compared(['deepen', 'reasoning'])
  expect(two.metric?.paired).toMatchObject({ n: 3 })
  expect(two.metric?.a).toMatchObject({ rows: 4, missing: { refused: 1 } })
  const all = await compared([])
  expect(all.summary).toMatchObject({ rowsA: 8, aligned: 8, operators: [] })
  const four = await compared(ROTATION)
  expect(four.metric).toEqual(all.metric)
})

it('leaves the seeds whole, and refuses an operator that no row has', async () => {
  const seeds = state(['deepen'], { arm: 'seeds', round: 0 })
  const summary = await compareSummary(study.db, study.studyId, seeds)
  expect(summary).toMatchObject({ rowsA: 2, rowsB: 8, aligned: 2 })
  expect(summary.citation.sentence).toContain('"small.1 [deepen] against seeds"')
  await expect(compared(['translate'])).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining(`Choose one of: ${[...ROTATION].sort().join(', ')}.`),
  })
})
