import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forestFigure, pairsOfSides } from '@/lib/contracts/compare-figure'
import { captionLines, figureRecord } from '@/lib/contracts/figure-record'
import { compareStateSchema, MAX_SIDES, pairState, sidePairs } from '@/lib/contracts/compare'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { compareIntervals, compareSummary } from '.'

const SCORE = 'difficulty_score.score'
const LEVEL = 'difficulty_level.level'
const SIDES = ['small', 'large', 'third', 'fourth'] as const

const VALUES = {
  small: [3, 5, 2, 8, 6, 7, 4, 9, 1, 5],
  large: [1, 4, 2, 6, 7, 3, 4, 5, 2, 1],
  third: [2, 6, 3, 9, 9, 8, 6, 9, 4, 6],
  fourth: [5, 5, 5, 5],
}

let study: TestStudy
let cell: Record<(typeof SIDES)[number], string>

beforeEach(async () => {
  study = await testStudy()
  const seedSetKey = 'general'
  await importRows(study, 'seeds.json', alpacaRows(10, 'seed'), {
    armKey: null,
    round: 0,
    seedSetKey,
  })
  const place = { armClass: 'other', seedSetKey, round: 1 } as const
  const add = async (armKey: string, n: number, align: 'index' | 'none') =>
    (
      await importRows(study, `${armKey}.json`, alpacaRows(n, armKey), {
        ...place,
        armKey,
        armLabel: armKey,
        align,
      })
    ).cellId
  cell = {
    small: await add('small', 10, 'index'),
    large: await add('large', 10, 'index'),
    third: await add('third', 10, 'index'),
    fourth: await add('fourth', 4, 'none'),
  }
})
afterEach(() => study.close())

/** Adds a run of scores and returns its id. */
function addScores(values: Record<string, readonly (number | 'refused')[]>, hash = 'one') {
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash }
  const entries = Object.entries(values).map(([side, list]) => [cell[side as 'small'], list])
  return addTestRun(study.db, run, Object.fromEntries(entries) as Record<string, number[]>)
}

function state(sides: readonly string[], patch: object = {}) {
  const [a, b, ...more] = sides.map((arm) => ({ arm, round: arm === 'seeds' ? 0 : 1 }))
  return compareStateSchema.parse({ a, b, more, columns: [SCORE], ...patch })
}

const summaryOf = (sides: readonly string[], patch?: object) =>
  compareSummary(study.db, study.studyId, state(sides, patch))

describe('three and more sides', () => {
  it('compares each with the reference, or all with all, in one Holm family', async () => {
    addScores(VALUES)
    const alone = await summaryOf(['third', 'large'])
    const both = await summaryOf(['small', 'large', 'third'])
    expect(both.further.map(({ a, b, aligned }) => [a, b, aligned])).toEqual([[2, 1, 10]])
    expect(both.citation.sentence).toMatch(
      /^Comparison "small\.1 against large\.1 against third\.1" .*10 aligned pairs; .*definition one, run /,
    )
    expect(both.citation.bibtex).toMatch(/^@misc\{evolens-comparison-/)
    const [one] = alone.metrics
    const [same] = both.further[0]?.metrics ?? []
    expect(same?.paired?.meanDifference).toBe(one?.paired?.meanDifference)
    const [left, right] = [one?.paired?.wilcoxon, same?.paired?.wilcoxon]
    if (!left?.ok || !right?.ok) throw new Error('no value')
    expect(right.p).toBe(left.p)
    // Two tests a pair, and one over all sides.
    expect([alone.tests, both.tests]).toEqual([2, 5])
    expect(right.pHolm).toBeGreaterThan(left.pHolm)
    const all = await summaryOf(['small', 'large', 'third'], { against: 'all' })
    expect(all.further.map(({ a, b }) => [a, b])).toEqual([
      [2, 1],
      [2, 0],
    ])
    expect(all.tests).toBe(7)
  })

  it('tests all sides at once over the seeds that have a value on each of them', async () => {
    addScores({ ...VALUES, small: [...VALUES.small.slice(0, 9), 'refused'] })
    const { omnibus } = await summaryOf(['small', 'large', 'third'])
    const friedman = omnibus[0]?.friedman
    if (!friedman?.ok) throw new Error('no value')
    // scipy.stats.friedmanchisquare(small[:9], large[:9], third[:9])
    expect(friedman).toMatchObject({ n: 9, df: 2 })
    expect(friedman.chi2).toBeCloseTo(11.454545454545455, 10)
    expect(friedman.p).toBeCloseTo(0.0032559449856858136, 12)
    expect(friedman.pHolm).toBeGreaterThanOrEqual(friedman.p)
  })

  it('keeps to unpaired tests for a side without alignment, and has no test over all then', async () => {
    addScores(VALUES)
    const summary = await summaryOf(['small', 'large', 'fourth'])
    expect(summary.metrics[0]?.paired?.n).toBe(10)
    expect(summary.further[0]).toMatchObject({ aligned: 0, rowsA: 4 })
    expect(summary.further[0]?.metrics[0]).toMatchObject({
      paired: null,
      unpaired: { nA: 4, nB: 10 },
    })
    expect(summary.omnibus[0]?.friedman).toEqual({ ok: false, reason: 'n_too_small' })
  })

  it('does not mix definitions, and says so for the test over all', async () => {
    const first = addScores({ small: VALUES.small, large: VALUES.large })
    const second = addScores({ third: VALUES.third }, 'other')
    const side = (arm: string, run: string) => ({ arm, round: 1, runs: [run] })
    const summary = await summaryOf([], {
      a: side('small', first),
      b: side('large', first),
      more: [side('third', second)],
    })
    expect(summary.metrics[0]?.conflict).toBeNull()
    expect(summary.further[0]?.metrics[0]?.conflict?.kind).toBe('definition')
    expect(summary.omnibus[0]?.friedman).toEqual({ ok: false, reason: 'conflict' })
  })

  it('gives the interval of each pair, as for two sides', async () => {
    addScores(VALUES)
    const several = state(['small', 'large', 'third'])
    const pairs = sidePairs(several)
    const [, pair] = pairs
    if (!pair) throw new Error('no pair')
    const own = await compareIntervals(study.db, study.studyId, pairState(several, pair))
    const alone = await compareIntervals(study.db, study.studyId, state(['third', 'large']))
    expect(own.intervals).toEqual(alone.intervals)
    expect(own.intervals[SCORE]).toMatchObject({ ok: true })
  })

  it('refuses a side that is chosen twice, one that is unknown, and too many', async () => {
    await expect(summaryOf(['small', 'large', 'small'])).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'Side small.1 is chosen twice. Choose each side once.',
    })
    await expect(summaryOf(['small', 'large', 'ghost'])).rejects.toMatchObject({
      code: 'not_found',
    })
    const seven = Array.from({ length: MAX_SIDES + 1 }, (_, i) => `arm${i}`)
    expect(() => state(seven)).toThrow(/at most|Too big|<=4/)
  })

  it('tests levels over all sides, too', async () => {
    const run = { studyId: study.studyId, metric: 'difficulty_level', output: 'level', hash: 'one' }
    addTestRun(study.db, run, {
      [cell.small]: [1, 2, 3, 4, 5, 5, 4, 3, 2, 4],
      [cell.large]: [1, 2, 3, 4, 5, 5, 4, 3, 2, 4],
      [cell.third]: [1, 2, 3, 4, 5, 5, 4, 3, 2, 4],
    })
    const same = await summaryOf(['small', 'large', 'third'], { columns: [LEVEL] })
    expect(same.omnibus[0]?.friedman).toEqual({ ok: false, reason: 'all_ties' })
  })
})

describe('the forest plot of all sides', () => {
  it('is a figure with every difference, its interval, n and run; unpaired sides have theirs', async () => {
    const runId = addScores(VALUES)
    const asked = state(SIDES)
    const summary = await compareSummary(study.db, study.studyId, asked)
    const intervals = await Promise.all(
      sidePairs(asked).map(
        async (pair) =>
          (await compareIntervals(study.db, study.studyId, pairState(asked, pair))).intervals,
      ),
    )
    const figure = forestFigure(summary, pairsOfSides(summary, intervals, SCORE), SIDES)
    if (!figure) throw new Error('no figure')
    expect(figure.table.rows.map(({ sides, difference }) => [sides, difference])).toEqual([
      ['third − large', 2.7],
      ['small − large', 1.5],
      ['fourth − large (unpaired)', 1.5],
    ])
    for (const { low, high, difference } of figure.table.rows) {
      expect(Number(low)).toBeLessThan(Number(difference))
      expect(Number(high)).toBeGreaterThan(Number(difference))
    }
    expect(captionLines(figure)[0]).toBe(
      'third − large: n 10; small − large: n 10; fourth − large: n 14.',
    )
    const record = JSON.parse(figureRecord(figure, { path: '/studies/x/compare', at: 0 }).json)
    expect(record).toMatchObject({ runs: [{ runId }], options: { column: SCORE, unit: 'seed' } })
    const alone = { ...summary, metrics: [], further: [] }
    expect(forestFigure(alone, pairsOfSides(alone, [], SCORE), SIDES)).toBeNull()
  })
})
