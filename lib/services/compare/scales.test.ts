import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { compareSentence, compareTable } from '@/lib/contracts/compare-report'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { listColumns } from '../columns'
import { compareSummary } from '.'

const N = 12

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  const place = { armKey: null, round: 0, seedSetKey: 'general' }
  await importRows(study, 'seeds.json', alpacaRows(N, 'seed'), place)
})
afterEach(() => study.close())

/** Compares a column of two files whose numbers are made by `small` and `large`. */
async function compared(small: (k: number) => number, large: (k: number) => number) {
  for (const [armKey, valueOf] of Object.entries({ small, large })) {
    const rows = alpacaRows(N, armKey).map((row, k) => ({ ...row, quality: valueOf(k) }))
    await importRows(study, `${armKey}.json`, rows, {
      armKey,
      armLabel: armKey,
      armClass: 'other',
      round: 1,
      seedSetKey: 'general',
      align: 'index',
      columns: [{ column: 'quality', kind: 'number' }],
    })
  }
  const id = listColumns(study.db, study.studyId).find(({ label }) => label === 'quality')?.id
  const sides = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }
  const state = compareStateSchema.parse({ ...sides, columns: [id] })
  const summary = await compareSummary(study.db, study.studyId, state)
  const [metric] = summary.metrics
  if (!metric) throw new Error('no metric')
  const sentence = compareSentence(metric, undefined, { a: 'small', b: 'large' }, summary.tests)
  const [row] = compareTable(summary, [{}], ['small.1', 'large.1']).rows
  return { doubt: metric.doubt, sentence, note: row?.['note'] }
}

it.each([
  ['1 to 5 against 1 to 10', (k: number) => 1 + (k % 5), (k: number) => 1 + (k % 10)],
  ['halves to 5 against 0 to 100', (k: number) => (k % 11) / 2, (k: number) => 10 * (k % 11)],
  ['shares against percentages', (k: number) => 0.31 + k / 50, (k: number) => 31.5 + k],
])('says of %s, in the sentence and in the table, that the scales may differ', async (_, a, b) => {
  const { doubt, sentence, note } = await compared(a, b)
  expect(doubt).toMatch(/^The values go from .* on side A and from .* on side B: if they were/)
  expect(sentence).toContain(doubt)
  expect(note).toContain(doubt)
})

it.each([
  ['one scale', (k: number) => 1 + (k % 5), (k: number) => 2 + (k % 4)],
  ['measurements', (k: number) => 1.37 * k, (k: number) => 3.71 * k],
  ['yes and no', (k: number) => k % 2, () => 1],
  ['numbers below 0', (k: number) => k - 6, (k: number) => k],
])('says nothing of %s', async (_, a, b) => {
  const { doubt, sentence } = await compared(a, b)
  expect(doubt).toBe('')
  expect(sentence).not.toContain('two scales')
})
