import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { compareSentence, compareTable } from '@/lib/contracts/compare-report'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { compareIntervals, compareSummary } from '.'

const SCORE = 'difficulty_score.score'
const N = 8

let study: TestStudy
let cells: { small: string; large: string }

beforeEach(async () => {
  study = await testStudy()
  const place = { armClass: 'other', seedSetKey: 'general', align: 'index' } as const
  await importRows(study, 'seeds.json', alpacaRows(N, 'seed'), {
    armKey: null,
    round: 0,
    seedSetKey: 'general',
  })
  const add = async (armKey: string) => {
    const at = { ...place, armKey, armLabel: armKey, round: 1 }
    return (await importRows(study, `${armKey}.json`, alpacaRows(N, armKey), at)).cellId
  }
  cells = { small: await add('small'), large: await add('large') }
})
afterEach(() => study.close())

/** Compares the values of both sides, as a page does: numbers, interval, sentence and table. */
async function compared(small: readonly TestValue[], large: readonly TestValue[]) {
  addTestRun(
    study.db,
    { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' },
    { [cells.small]: small, [cells.large]: large },
  )
  const sides = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }
  const state = compareStateSchema.parse({ ...sides, columns: [SCORE] })
  const summary = await compareSummary(study.db, study.studyId, state)
  const { intervals } = await compareIntervals(study.db, study.studyId, state)
  const [metric] = summary.metrics
  if (!metric) throw new Error('no metric')
  const [row] = compareTable(summary, [intervals], ['small.1', 'large.1']).rows
  const labels = { a: 'small', b: 'large' }
  const sentence = compareSentence(metric, intervals[SCORE], labels, summary.tests)
  return { metric, row, sentence, interval: intervals[SCORE], tests: summary.tests }
}

const all = (value: TestValue) => Array.from({ length: N }, () => value)
const few = { ok: false, reason: 'n_too_small' }

it('has no number where all values are missing, and counts the reasons', async () => {
  const { metric, row, sentence, tests } = await compared(all('refused'), all('no_response'))
  expect(metric.a).toMatchObject({ valued: 0, missing: { refused: N } })
  expect(metric.b).toMatchObject({ valued: 0, missing: { no_response: N } })
  expect([row?.meanA, row?.difference, row?.p, row?.low]).toEqual([null, null, null, null])
  expect([sentence, tests]).toEqual([null, 0])
})

it('has a difference but no interval for one pair', async () => {
  const one: TestValue[] = [4, ...all('refused').slice(1)]
  const { metric, interval, sentence } = await compared(one, all(1))
  expect(metric.paired).toMatchObject({ n: 1, meanDifference: 3 })
  expect(interval).toEqual(few)
  expect(metric.controls[0]).toMatchObject(few)
  expect(sentence).toContain('no interval')
})

it('tests nothing where both sides are one constant', async () => {
  const { metric, row, sentence } = await compared(all(2), all(2))
  expect(metric.paired?.wilcoxon).toEqual({ ok: false, reason: 'all_ties' })
  expect(row).toMatchObject({ difference: 0, low: 0, high: 0, p: null, pairs: N })
  expect(sentence).toContain('does not show that they are equal')
})

it('leaves an infinite ratio out of every mean and says so', async () => {
  const { metric, row } = await compared([Infinity, ...all(3).slice(1)], all(1))
  expect(metric.a).toMatchObject({ valued: N - 1, missing: { nonfinite: 1 } })
  expect(row).toMatchObject({ difference: 2, meanA: 3, pairs: N - 1, missingA: 1 })
})

it('pairs what is there where values of a side are missing in part', async () => {
  const half: TestValue[] = all(5).map((value, i) => (i % 2 === 0 ? value : 'unparsed'))
  const { metric, row } = await compared(half, [1, 9, 1, 9, 1, 9, 1, 9])
  // Means of both sides are over the same seeds.
  expect(row).toMatchObject({ pairs: 4, difference: 4, meanA: 5, meanB: 1 })
  expect(metric.pairsWithoutValue).toBe(4)
})
