import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { compareSentence, compareTable } from '@/lib/contracts/compare-report'
import { columnMetric } from '@/lib/metrics'
import { addTestRun } from '@/lib/testing/compare'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { compareIntervals, comparePage, compareSummary } from '.'

const SCORE = 'difficulty_score.score'
const N = 8

let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
})
afterEach(() => study.close())

/** Rows that answer a constraint: `constraints[i]` is the instruction of row i. */
const rowsOf = (constraints: readonly string[], by = 'seed') =>
  constraints.map((instruction, i) => ({
    instruction,
    input: `query ${i}`,
    output: `answer ${i} of ${by}`,
    topic: instruction.trim() === '' ? null : instruction.trim().toUpperCase(),
  }))

/** Imports one side with its scores. */
async function side(
  armKey: string,
  constraints: readonly string[],
  seedSetKey = 'general',
  align: 'index' | 'none' = 'index',
): Promise<string> {
  const place = { armKey, armLabel: armKey, armClass: 'other', round: 1, seedSetKey } as const
  const columns = [{ column: 'topic', kind: 'category' } as const]
  const rows = rowsOf(constraints, `${armKey} ${seedSetKey}`)
  const changes = { ...place, align, columns }
  return (await importRows(study, `${armKey}-${seedSetKey}.json`, rows, changes)).cellId
}

const seeds = (seedSetKey = 'general') =>
  importRows(study, `seeds-${seedSetKey}.json`, rowsOf(Array.from({ length: N }, String)), {
    armKey: null,
    round: 0,
    seedSetKey,
  })

function scores(values: Record<string, readonly number[]>) {
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' }
  addTestRun(study.db, run, values)
}

async function compared(unit: string) {
  const sides = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }
  const state = compareStateSchema.parse({ ...sides, unit, columns: [SCORE] })
  const summary = await compareSummary(study.db, study.studyId, state)
  const { intervals } = await compareIntervals(study.db, study.studyId, state)
  const metric = summary.metrics[0]
  if (!metric) throw new Error('no metric')
  const interval = intervals[SCORE]
  const sentence = compareSentence(metric, interval, { a: 'S', b: 'L' }, summary.tests)
  return { state, summary, metric, interval, sentence }
}

const TWICE = ['upper', 'upper ', 'list', 'list', 'short', 'short', 'rhyme', 'rhyme']

it('resamples and tests distinct constraints in place of seeds, and says so everywhere', async () => {
  await seeds()
  scores({
    [await side('small', TWICE)]: [9, 7, 6, 6, 5, 5, 4, 2],
    [await side('large', TWICE)]: [1, 1, 2, 2, 3, 3, 4, 4],
  })
  const bySeed = await compared('seed')
  expect(bySeed.metric.paired).toMatchObject({ n: N, seeds: N, meanDifference: 3 })
  const { summary, metric, interval, sentence, state } = await compared('instruction')
  expect(metric.paired).toMatchObject({ n: N, seeds: 4, meanDifference: 3 })
  expect(interval).toMatchObject({ ok: true, seeds: 4 })
  // Mean differences of the four constraints are 7, 4, 2 and -1: W+ 9, W- 1 of 10 (scipy.stats.wilcoxon).
  expect(metric.paired?.wilcoxon).toMatchObject({ n: 4, effect: 0.8 })
  expect(metric.paired?.sign).toMatchObject({ nPlus: 3, nMinus: 1 })
  expect(sentence).toMatch(
    /8 pairs of rows from the same seeds, 4 units by distinct instruction, .* units resampled/,
  )
  expect(compareTable(summary, [{}], ['S', 'L']).rows[0]).toMatchObject({
    seeds: 4,
    note: 'unit: distinct instruction',
  })
  expect(summary.citation.sentence).toContain('unit: distinct instruction')
  // The list of pairs stays in the order of the seeds.
  const page = await comparePage(study.db, study.studyId, state, 0, N)
  expect(page.rows.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

it('takes a column of the file as the unit, leaves out pairs without a value, and names what it cannot take', async () => {
  await seeds()
  scores({
    [await side('small', [...TWICE.slice(0, 7), ' '])]: [9, 7, 6, 6, 5, 5, 4, 2],
    [await side('large', TWICE)]: [1, 1, 2, 2, 3, 3, 4, 4],
  })
  const { metric, summary } = await compared(`${columnMetric('topic', 'category').metric.id}.value`)
  expect(metric).toMatchObject({ unitName: 'distinct topic', paired: { n: 7, seeds: 4 } })
  expect(summary.seedSets[0]).toMatchObject({ aligned: 7, withoutUnit: 1 })
  await expect(compared(SCORE)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(compared('nothing.here')).rejects.toMatchObject({ code: 'not_found' })
})

it('counts pairs as one where they share the constraint of either side', async () => {
  await seeds()
  scores({
    [await side('small', ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'])]: [2, 4, 6, 8, 1, 3, 5, 7],
    // "b" and "c" of A meet in "q"; "d" has "r" to itself.
    [await side('large', ['p', 'p', 'q', 'q', 'q', 'q', 'r', 'r'])]: [1, 1, 1, 1, 1, 1, 1, 1],
  })
  expect((await compared('instruction')).metric.paired).toMatchObject({ n: N, seeds: 3 })
})

it('counts constraints once where the sides are not paired', async () => {
  scores({
    [await side('small', ['a', 'a', 'b', 'b', 'c', 'd'], 'general', 'none')]: [1, 1, 2, 2, 3, 4],
    [await side('large', ['p', 'q', 'q', 'r'], 'general', 'none')]: [2, 4, 4, 6],
  })
  const { metric, sentence } = await compared('instruction')
  expect(metric.unpaired).toMatchObject({ nA: 6, nB: 4, unitsA: 4, unitsB: 3 })
  expect(sentence).toContain(
    '6 rows (4 distinct instructions) of S and 4 rows (3 distinct instructions) of L',
  )
  const { difference } = metric.unpaired ?? {}
  if (!difference?.ok) throw new Error('no difference')
  // G / (G - 1) x sum of squared sums over n squared, 0.606 + 0.5: worked apart from the code in Python.
  expect(difference.estimate).toBeCloseTo(13 / 6 - 4, 12)
  expect(difference.standardError).toBeCloseTo(1.0516496936667172, 12)
})

it('refuses constraints that stand in two seed sets, which are resampled apart', async () => {
  await seeds('one')
  await seeds('two')
  await side('small', TWICE, 'one')
  await side('large', TWICE, 'one')
  await side('small', TWICE, 'two')
  await side('large', TWICE, 'two')
  await expect(compared('instruction')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/4 distinct instructions of Two are in another seed set too/),
  })
})
