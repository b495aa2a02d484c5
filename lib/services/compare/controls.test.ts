import { beforeEach, describe, expect, it } from 'vitest'
import { compareStateSchema, type CompareState } from '@/lib/contracts/compare'
import { columnMetric } from '@/lib/metrics'
import { detectableDifference } from '@/lib/stats/cluster-robust'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { compareSummary } from '../compare'

const SCORE = 'difficulty_score.score'
const LENGTH = 'added_words.words'
const FLAG = `${columnMetric('short', 'boolean').metric.id}.value`

describe('differences before and after control', () => {
  let study: TestStudy
  studyEach((one) => (study = one))
  beforeEach(async () => {
    await importRows(study, 'seeds.json', alpacaRows(8, 'seed'), {
      armKey: null,
      round: 0,
      seedSetKey: 'general',
    })
    const cells: string[] = []
    for (const armKey of ['small', 'large']) {
      // Row 1 of A is flagged; of row 2 of B it is not known.
      const rows = alpacaRows(8, armKey).map((row, k) => ({
        ...row,
        ...(armKey === 'large' && k === 2 ? {} : { short: armKey === 'small' && k === 1 }),
      }))
      const { cellId } = await importRows(study, `${armKey}.json`, rows, {
        armKey,
        round: 1,
        seedSetKey: 'general',
        align: 'index',
        columns: [{ column: 'short', kind: 'boolean' }],
      })
      cells.push(cellId)
    }
    const [a, b] = cells as [string, string]
    const run = (metric: string, output: string) => ({
      studyId: study.studyId,
      metric,
      output,
      hash: 'h',
    })
    // The score is twice the length on both sides: nothing is left of the difference at equal length.
    const lengthA = [10, 20, 30, 40, 50, 60, 70, 80]
    const lengthB = [10, 19, 20, 20, 30, 40, 50, 60]
    addTestRun(study.db, run('added_words', 'words'), {
      [a]: [...lengthA.slice(0, 7), 'no_parent'],
      [b]: lengthB,
    })
    addTestRun(study.db, run('difficulty_score', 'score'), {
      [a]: lengthA.map((words) => 2 * words),
      [b]: lengthB.map((words) => 2 * words),
    })
  })

  async function controls(patch: Partial<CompareState>) {
    const state = compareStateSchema.parse({
      a: { arm: 'small', round: 1 },
      b: { arm: 'large', round: 1 },
      columns: [SCORE],
      ...patch,
    })
    return (await compareSummary(study.db, study.studyId, state)).metrics[0]?.controls ?? []
  }

  it('without a choice there is one, with what n can show', async () => {
    const [all, ...others] = await controls({})
    expect(others).toEqual([])
    if (!all?.ok) throw new Error('no value')
    expect(all).toMatchObject({ pairs: 'all', length: 'as_is', n: 8, seeds: 8, estimate: 27.75 })
    expect(all.detectable).toBe(detectableDifference(all.standardError))
  })

  it('matches lengths within 10 % and adjusts by regression, where both lengths are known', async () => {
    const [, matched, adjusted] = await controls({ lengthColumn: LENGTH })
    expect(matched).toMatchObject({ length: 'matched', n: 2, estimate: 1 })
    if (!adjusted?.ok) throw new Error('no value')
    expect(adjusted).toMatchObject({ length: 'adjusted', n: 7, seeds: 7 })
    expect(adjusted.slope).toBeCloseTo(2, 12)
    expect(adjusted.estimate).toBeCloseTo(0, 9)
  })

  it('leaves out pairs with a flag, and those of which it is not known', async () => {
    const all = await controls({ lengthColumn: LENGTH, flagColumn: FLAG })
    expect(all.map(({ pairs, length, n }) => `${pairs} ${length} ${n}`)).toEqual([
      'all as_is 8',
      'all matched 2',
      'all adjusted 7',
      'unflagged as_is 6',
      'unflagged matched 1',
      'unflagged adjusted 5',
    ])
    expect(all[4]).toMatchObject({ ok: false, reason: 'n_too_small' })
  })

  it('refuses a column that is no length or no flag', async () => {
    const refused = { code: 'invalid_input' }
    await expect(controls({ lengthColumn: FLAG })).rejects.toMatchObject(refused)
    await expect(controls({ flagColumn: LENGTH })).rejects.toMatchObject(refused)
  })
})
