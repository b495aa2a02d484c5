import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compareStateSchema, type CompareState } from '@/lib/contracts/compare'
import { currentCells } from '../cells'
import { compareIntervals, comparePage, comparePairTexts, compareSummary } from '../compare'
import { columnMetric } from '@/lib/metrics'
import golden from '@/lib/stats/golden/fixtures/golden.json'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'

const SMALL = [3, 5, 2, 8, 6, 7, 4, 9, 1, 5]
const LARGE = [1, 4, 2, 6, 7, 3, 4, 5, 2, 1]
const SCORE = 'difficulty_score.score'
const LEVEL = 'difficulty_level.level'
const DISTANCE = 'mnd.mnd'

const a = { armKey: 'small', armLabel: 'Small', armClass: 'small', seedSetKey: 'general' } as const
const b = { armKey: 'large', armLabel: 'Large', armClass: 'large', seedSetKey: 'general' } as const

function state(patch: Partial<CompareState> = {}): CompareState {
  return compareStateSchema.parse({
    a: { arm: 'small', round: 1 },
    b: { arm: 'large', round: 1 },
    ...patch,
  })
}

describe('compare', () => {
  let study: TestStudy
  let cellA: string
  let cellB: string
  const run = (metric: string, hash = 'one') => ({
    studyId: study.studyId,
    metric: metric.split('.')[0] as string,
    output: metric.split('.')[1] as string,
    hash,
  })

  beforeEach(async () => {
    study = await testStudy()
    const n = SMALL.length
    await importRows(study, 'seeds.json', alpacaRows(n, 'seed'), {
      armKey: null,
      round: 0,
      seedSetKey: 'general',
    })
    const first = await importRows(study, 'a.json', alpacaRows(n, 'a'), {
      ...a,
      round: 1,
      align: 'index',
    })
    const second = await importRows(study, 'b.json', alpacaRows(n, 'b'), {
      ...b,
      round: 1,
      align: 'index',
    })
    cellA = first.cellId
    cellB = second.cellId
  })
  afterEach(() => study.close())

  it('pairs rows at seed slots and reproduces the worked statistics', async () => {
    addTestRun(study.db, run(SCORE), { [cellA]: SMALL, [cellB]: LARGE })
    const summary = await compareSummary(study.db, study.studyId, state({ columns: [SCORE] }))
    expect(summary).toMatchObject({ aligned: 10, rowsA: 10, rowsB: 10, tests: 2 })
    const metric = summary.metrics[0]
    expect(metric?.conflict).toBeNull()
    expect(metric?.paired).toMatchObject({
      n: 10,
      meanDifference: 1.5,
      aHigher: 6,
      bHigher: 2,
      ties: 2,
    })
    const wilcoxon = metric?.paired?.wilcoxon
    if (!wilcoxon?.ok) throw new Error('no value')
    expect(wilcoxon.p).toBeCloseTo(0.047436892825, 9)
    const { intervals } = await compareIntervals(
      study.db,
      study.studyId,
      state({ columns: [SCORE] }),
    )
    const interval = intervals[SCORE]
    expect(interval).toMatchObject({ ok: true, resamples: 10_000, strata: 1 })
    if (!interval?.ok) throw new Error('no value')
    expect(interval.low).toBeGreaterThan(-0.5)
    expect(interval.low).toBeLessThan(1.5)
    expect(interval.high).toBeGreaterThan(1.5)
    expect(interval.high).toBeLessThan(3.5)
  })

  it('takes all pairs of a seed as one unit', async () => {
    // Three rows of each of ten seeds on either side; the last seed has one more on side A.
    const rowsOf = (name: string, n: number) => alpacaRows(n, name)
    const shared = async (armKey: string, n: number) => {
      const { cellId } = await importRows(study, `${armKey}.json`, rowsOf(armKey, n), {
        ...a,
        armKey,
        round: 1,
        align: 'none',
      })
      const cell = currentCells(study.db, study.studyId).find((one) => one.id === cellId)
      for (let idx = 0; idx < n; idx += 1) {
        study.db.$client
          .prepare('update rows set slot = ? where cell_no = ? and idx = ?')
          .run(Math.min(9, Math.floor(idx / 3)), cell?.no, idx)
      }
      return cellId
    }
    const left = await shared('three', 31)
    const right = await shared('drei', 30)
    const thrice = (values: readonly number[]) => values.flatMap((value) => [value, value, value])
    addTestRun(study.db, run(SCORE), {
      [left]: [...thrice(SMALL), 50],
      [right]: thrice(LARGE),
      [cellA]: SMALL,
      [cellB]: LARGE,
    })
    const sides = {
      columns: [SCORE],
      a: { arm: 'three', round: 1, runs: [] },
      b: { arm: 'drei', round: 1, runs: [] },
    }
    const summary = await compareSummary(study.db, study.studyId, state(sides))
    expect(summary.seedSets[0]).toMatchObject({ aligned: 30, seeds: 10, unmatched: 1 })
    const alone = await compareSummary(study.db, study.studyId, state({ columns: [SCORE] }))
    expect(summary.metrics[0]?.paired).toMatchObject({ n: 30, seeds: 10, meanDifference: 1.5 })
    expect(summary.metrics[0]?.paired?.wilcoxon).toEqual(alone.metrics[0]?.paired?.wilcoxon)
    const { intervals } = await compareIntervals(study.db, study.studyId, state(sides))
    const single = await compareIntervals(study.db, study.studyId, state({ columns: [SCORE] }))
    const [wide, plain] = [intervals[SCORE], single.intervals[SCORE]]
    if (!wide?.ok || !plain?.ok) throw new Error('no value')
    expect(wide.low).toBeCloseTo(plain.low, 12)
    expect(wide.high).toBeCloseTo(plain.high, 12)
    const page = await comparePage(study.db, study.studyId, state(sides), 0, 4)
    expect(page.rows.map((row) => [row.slot, row.copy])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ])
    const third = { seedSet: 'general', slot: 0, copy: 2 }
    const texts = await comparePairTexts(study.db, study.studyId, state(sides), third)
    expect(texts).toMatchObject({ copy: 2, a: { idx: 2 }, b: { idx: 2 } })
    await expect(
      comparePairTexts(study.db, study.studyId, state(sides), { ...third, copy: 3 }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('tests yes and no by McNemar, and gives the p values of lm-evaluation-harness issue 3831', async () => {
    const { n, both, onlyA, onlyB } = golden.harness
    const rows = (name: string, isRight: (k: number) => boolean) =>
      alpacaRows(n, name).map((row, k) => ({ ...row, right: isRight(k) }))
    const columns = [{ column: 'right', kind: 'boolean' as const }]
    const rightA = rows('one', (k) => k < both + onlyA)
    const rightB = rows('two', (k) => k < both || (k >= both + onlyA && k < both + onlyA + onlyB))
    const place = { seedSetKey: 'items', round: 1, columns } as const
    await importRows(study, 'items.json', alpacaRows(n, 'item'), {
      armKey: null,
      round: 0,
      seedSetKey: 'items',
    })
    for (const [armKey, list] of [
      ['one', rightA],
      ['two', rightB],
    ] as const) {
      await importRows(study, `${armKey}.json`, list, { ...a, ...place, armKey, align: 'index' })
      const apart = { ...a, ...place, armKey: `${armKey}-apart`, align: 'none' } as const
      await importRows(study, `${armKey}-apart.json`, list.toReversed(), apart)
    }
    const right = `${columnMetric('right', 'boolean').metric.id}.value`
    const compared = async (first: string, second: string) => {
      const query = state({
        columns: [right],
        seedSets: ['items'],
        a: { arm: first, round: 1, runs: [] },
        b: { arm: second, round: 1, runs: [] },
      })
      return (await compareSummary(study.db, study.studyId, query)).metrics[0]
    }
    const paired = await compared('one', 'two')
    expect(paired).toMatchObject({ shape: 'enum', levels: ['no', 'yes'], paired: { n } })
    // The mean is the share of yes.
    expect(n * (paired?.paired?.meanA ?? 0)).toBeCloseTo(both + onlyA)
    expect(paired?.levelTests).toMatchObject({
      matrix: [
        [n - both - onlyA - onlyB, onlyA],
        [onlyB, both],
      ],
      mcnemar: { threshold: 'yes', onlyA, onlyB },
    })
    const test = paired?.levelTests?.mcnemar.test
    const unpaired = (await compared('one-apart', 'two-apart'))?.unpaired?.levels?.chiSquare
    if (!test?.ok || !unpaired?.ok) throw new Error('no value')
    expect(test.p.toFixed(3)).toBe('0.008')
    expect(unpaired.p.toFixed(3)).toBe('0.080')
  })

  it('leaves out pairs without a value and counts the reasons of each side', async () => {
    const left = [...SMALL.slice(0, 8), 'no_response', 'unparsed'] as const
    const right = [...LARGE.slice(0, 7), 'unparsed', 2, 'unparsed'] as const
    addTestRun(study.db, run(SCORE), { [cellA]: left, [cellB]: right })
    const summary = await compareSummary(study.db, study.studyId, state({ columns: [SCORE] }))
    const metric = summary.metrics[0]
    expect(metric?.paired?.n).toBe(7)
    expect(metric?.pairsWithoutValue).toBe(3)
    expect(metric?.a).toMatchObject({
      rows: 10,
      valued: 8,
      missing: { no_response: 1, unparsed: 1 },
    })
    expect(metric?.b).toMatchObject({ rows: 10, valued: 8, missing: { unparsed: 2 } })
  })

  it('orders the pairs by difference, missing ones last, with texts of seed and both sides', async () => {
    addTestRun(study.db, run(SCORE), { [cellA]: [...SMALL.slice(0, 9), 'refused'], [cellB]: LARGE })
    const query = state({ columns: [SCORE], sort: 'difference', descending: true })
    const page = await comparePage(study.db, study.studyId, query, 0, 50)
    expect(page.total).toBe(10)
    expect(page.rows.map((row) => row.difference)).toEqual([4, 4, 2, 2, 1, 0, 0, -1, -1, null])
    expect(page.rows[0]).toMatchObject({
      slot: 5,
      seed: { instruction: 'seed 5' },
      a: { instruction: 'a 5', input: 'input 5', response: 'answer 5 to a', clamped: false },
      b: { instruction: 'b 5' },
      valueA: { value: 7, status: 'ok' },
    })
    expect(page.rows.at(-1)?.valueA).toEqual({ value: null, status: 'refused' })
    const bySize = await comparePage(
      study.db,
      study.studyId,
      state({ columns: [SCORE], sort: 'size' }),
      0,
      3,
    )
    expect(bySize.rows.map((row) => Math.abs(row.difference ?? NaN))).toEqual([0, 0, 1])
    const second = await comparePage(study.db, study.studyId, query, 4, 2)
    expect(second.rows.map((row) => row.difference)).toEqual([1, 0])
  })

  it('lists only pairs that differ by as much, or whose levels are asked for', async () => {
    addTestRun(study.db, run(SCORE), { [cellA]: [...SMALL.slice(0, 9), 'refused'], [cellB]: LARGE })
    addTestRun(study.db, run(LEVEL), {
      [cellA]: [1, 2, 3, 4, 5, 5, 4, 3, 2, 4],
      [cellB]: [1, 1, 3, 3, 5, 4, 2, 3, 4, 'refused'],
    })
    const slots = async (column: string, pairs: Partial<CompareState['pairs']>) => {
      const query = compareStateSchema.parse({ ...state(), column, pairs })
      const page = await comparePage(study.db, study.studyId, query, 0, 50)
      expect(page.total).toBe(page.rows.length)
      return page.rows.map(({ slot }) => slot)
    }
    // Missing values are in no filtered list, not even from 0.
    expect(await slots(SCORE, { atLeast: 0 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(await slots(SCORE, { atLeast: 2 })).toEqual([0, 3, 5, 7])
    // "hard" and above: 4 of 5.
    expect(await slots(LEVEL, { only: 'a' })).toEqual([3, 6])
    expect(await slots(LEVEL, { only: 'b' })).toEqual([8])
    expect(await slots(LEVEL, { levelA: 4, levelB: 2 })).toEqual([6])
    expect(await slots(LEVEL, { levelB: 3, atLeast: 1 })).toEqual([3])
    await expect(slots(SCORE, { only: 'a' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('cuts long texts in lists and gives them whole for one pair', async () => {
    const long = `${'word '.repeat(2000)}end`
    const rows = alpacaRows(10, 'c').map((row, k) =>
      k === 3 ? { ...row, instruction: long } : row,
    )
    await importRows(study, 'c.json', rows, { ...a, armKey: 'third', round: 1, align: 'index' })
    const query = state({ a: { arm: 'third', round: 1, runs: [] } })
    const page = await comparePage(study.db, study.studyId, query, 3, 1)
    expect(page.rows[0]?.a.clamped).toBe(true)
    expect(page.rows[0]?.a.instruction.length).toBeLessThan(2000)
    const whole = await comparePairTexts(study.db, study.studyId, query, {
      seedSet: 'general',
      slot: 3,
      copy: 0,
    })
    expect(whole.a.instruction).toBe(long)
    await expect(
      comparePairTexts(study.db, study.studyId, query, { seedSet: 'general', slot: 99, copy: 0 }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('tests levels by transitions, trend and threshold', async () => {
    addTestRun(study.db, run(LEVEL), {
      [cellA]: [1, 2, 3, 4, 5, 5, 4, 3, 2, 4],
      [cellB]: [1, 1, 3, 3, 5, 4, 2, 3, 2, 5],
    })
    const summary = await compareSummary(study.db, study.studyId, state({ columns: [LEVEL] }))
    const levels = summary.metrics[0]?.levelTests
    expect(levels?.names).toHaveLength(5)
    expect(levels?.matrix.flat().reduce((sum, count) => sum + count, 0)).toBe(10)
    // B 2, A 4: a shift to the right.
    expect(levels?.matrix[1]?.[3]).toBe(1)
    expect(levels?.mcnemar).toMatchObject({ threshold: 'hard', onlyA: 2, onlyB: 0 })
    expect(levels?.trend).toMatchObject({ ok: true, meanShift: 0.4 })
    expect(summary.metrics[0]?.paired?.wilcoxon.ok).toBe(false)
  })

  it('reports a conflict instead of comparing different definitions', async () => {
    addTestRun(study.db, run(SCORE, 'one'), { [cellA]: SMALL, [cellB]: LARGE })
    const other = addTestRun(study.db, run(SCORE, 'two'), { [cellA]: SMALL, [cellB]: LARGE })
    const mixed = state({ columns: [SCORE], b: { arm: 'large', round: 1, runs: [other] } })
    // Without a pin the newest run is shown, so side A must name the older one.
    const first = (await compareSummary(study.db, study.studyId, mixed)).metrics[0]
    expect(first?.conflict).toBeNull()
    const older = await compareSummary(study.db, study.studyId, {
      ...mixed,
      a: {
        arm: 'small',
        round: 1,
        runs: [addTestRun(study.db, run(SCORE, 'three'), { [cellA]: SMALL })],
      },
    })
    expect(older.metrics[0]?.conflict?.kind).toBe('definition')
    expect(older.metrics[0]?.paired).toBeNull()
    expect(older.tests).toBe(0)
  })

  it('compares neighbour distances only at equal N', async () => {
    const short = [...LARGE.slice(0, 9), 'empty_instruction'] as const
    addTestRun(study.db, run(DISTANCE), { [cellA]: SMALL, [cellB]: short })
    const metric = (await compareSummary(study.db, study.studyId, state({ columns: [DISTANCE] })))
      .metrics[0]
    expect(metric?.conflict).toMatchObject({ kind: 'set_size' })
    expect(metric?.conflict?.message).toContain('A has 10')
    const page = await comparePage(study.db, study.studyId, state({ columns: [DISTANCE] }), 0, 1)
    expect(page.rows[0]).toMatchObject({ difference: null, valueA: { value: 3 } })
  })

  it('falls back to unpaired tests, labelled so, when no rows meet', async () => {
    const loose = await importRows(study, 'd.json', alpacaRows(12, 'd'), {
      ...a,
      armKey: 'loose',
      round: 1,
      align: 'none',
    })
    addTestRun(study.db, run(SCORE), {
      [loose.cellId]: [...SMALL, 'unparsed', 'unparsed'],
      [cellB]: LARGE,
    })
    const query = state({ columns: [SCORE], a: { arm: 'loose', round: 1, runs: [] } })
    const summary = await compareSummary(study.db, study.studyId, query)
    expect(summary).toMatchObject({ aligned: 0, rowsA: 12 })
    expect(summary.seedSets[0]?.state).toBe('not_aligned')
    expect(summary.metrics[0]?.paired).toBeNull()
    expect(summary.metrics[0]?.unpaired).toMatchObject({ nA: 10, nB: 10, mannWhitney: { u: 67.5 } })
    expect((await compareIntervals(study.db, study.studyId, query)).intervals).toEqual({})
    expect((await comparePage(study.db, study.studyId, query, 0, 5)).total).toBe(0)
  })

  it('resamples pooled seed sets each for itself, and pairs a round with the seeds', async () => {
    await importRows(study, 'seeds2.json', alpacaRows(4, 'other seed'), {
      armKey: null,
      round: 0,
      seedSetKey: 'code',
    })
    const more = { round: 1, align: 'index', seedSetKey: 'code' } as const
    const c = await importRows(study, 'a2.json', alpacaRows(4, 'a2'), { ...a, ...more })
    const d = await importRows(study, 'b2.json', alpacaRows(4, 'b2'), { ...b, ...more })
    addTestRun(study.db, run(SCORE), {
      [cellA]: SMALL,
      [cellB]: LARGE,
      [c.cellId]: [9, 9, 9, 9],
      [d.cellId]: [2, 2, 2, 2],
    })
    const pooled = state({ columns: [SCORE] })
    const { intervals } = await compareIntervals(study.db, study.studyId, pooled)
    expect(intervals[SCORE]).toMatchObject({ ok: true, strata: 2 })
    const one = state({ columns: [SCORE], seedSets: ['code'] })
    expect((await compareSummary(study.db, study.studyId, one)).aligned).toBe(4)
    const seeds = state({ b: { arm: 'seeds', round: 0, runs: [] } })
    expect((await compareSummary(study.db, study.studyId, seeds)).aligned).toBe(14)
  })

  it('names what is missing: study, evolver, seed set, column, run', async () => {
    const missing = { code: 'not_found' }
    await expect(compareSummary(study.db, 'none', state())).rejects.toMatchObject(missing)
    const ghost = { arm: 'ghost', round: 1, runs: [] }
    await expect(
      compareSummary(study.db, study.studyId, state({ a: ghost })),
    ).rejects.toMatchObject(missing)
    const bad = [
      { seedSets: ['nope'] },
      { columns: ['nope.nope'] },
      { b: { ...ghost, arm: 'large', runs: ['x'] } },
    ]
    for (const patch of bad) {
      await expect(compareSummary(study.db, study.studyId, state(patch))).rejects.toMatchObject(
        missing,
      )
    }
    const absent = await compareSummary(
      study.db,
      study.studyId,
      state({ a: { arm: 'small', round: 3, runs: [] } }),
    )
    expect(absent.seedSets[0]?.state).toBe('missing_a')
  })
})
