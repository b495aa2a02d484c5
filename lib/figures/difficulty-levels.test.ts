import { describe, expect, it } from 'vitest'
import { difficultyLevels } from './difficulty-levels'
import type { DifficultyLevelsPrepared } from './shared/levels'
import { testColumn, testData, testSeries, type TestCell } from '@/lib/testing/figures'
import type { FigureData } from './types'

const LEVEL = 'difficulty_level.level'
const figure = difficultyLevels.typed

function prepare(data: FigureData, changed: object = {}): DifficultyLevelsPrepared {
  return figure.prepare(data, figure.options.parse(changed))
}

function series(arm: string | null, round: number, cells: readonly TestCell[], more = {}) {
  return testSeries({ arm, round, ...more }, { [LEVEL]: testColumn(cells, more) })
}

const times = (n: number, cell: TestCell): TestCell[] => Array.from({ length: n }, () => cell)

describe('shares', () => {
  const small = [...times(5, 5), ...times(3, 3), 'unparsed', 'refused'] as TestCell[]
  const prepared = prepare(testData([series('small', 1, small)]))
  const mix = prepared.panels[0]?.bars[0]?.mix

  it('are percent of all rows that were asked, replies without a level included', () => {
    expect(mix?.asked).toBe(10)
    expect(mix?.levels.map((level) => level.percent)).toEqual([0, 0, 30, 0, 50])
    expect(mix?.none).toMatchObject({ count: 2, percent: 20 })
    expect(mix?.meanLevel).toBeCloseTo((5 * 5 + 3 * 3) / 8, 12)
  })

  it('have Wilson intervals', () => {
    // 5 of 10 at 95 %: 0.236593..0.763407 (Wilson score interval).
    expect(mix?.levels[4]?.low).toBeCloseTo(23.6593, 3)
    expect(mix?.levels[4]?.high).toBeCloseTo(76.3407, 3)
  })

  it('leave out rows that were never asked', () => {
    const partial = [...times(4, 2), ...times(6, 'not_run')]
    const data = testData([
      testSeries({ arm: 'small' }, { [LEVEL]: testColumn(partial, { done: 4, total: 10 }) }),
    ])
    const bar = prepare(data).panels[0]?.bars[0]
    expect(bar?.mix.asked).toBe(4)
    expect(bar?.mix.levels[1]?.percent).toBe(100)
    expect(bar?.partial).toBe(true)
    expect(prepare(data).counts[0]).toMatchObject({ n: 10, valued: 4, missing: { not_run: 6 } })
  })
})

describe('published overlay', () => {
  const rows = times(3, 5)
  const place = { seedSet: 'alpaca' }
  const data = testData([
    series('small', 3, rows, place),
    series('large', 3, rows, place),
    series(null, 0, rows, place),
  ])

  it('outlines the shares of the same cell, and is off by default', () => {
    expect(prepare(data).panels.every((panel) => panel.bars.every((bar) => !bar.published))).toBe(
      true,
    )
    const prepared = prepare(data, { paper: true })
    const share = (arm: string) =>
      prepared.panels
        .find((panel) => panel.row === '3')
        ?.bars.find((bar) => bar.arm === arm)
        ?.published?.levels[4]?.percent.toFixed(2)
    expect(share('small')).toBe('66.80')
    expect(share('large')).toBe('22.14')
    expect(prepared.panels.find((panel) => panel.row === '0')?.bars[0]?.published).toBeNull()
    expect(prepared.overlay.cells).toBe(2)
  })

  it('keeps the row that GSM8K round 1, LLM is short of as a reply without a level', () => {
    const gsm8k = testData([series('large', 1, rows, { seedSet: 'gsm8k-train' })])
    const mix = prepare(gsm8k, { paper: true }).panels[0]?.bars[0]?.published
    expect(mix?.asked).toBe(7473)
    expect(mix?.none.count).toBe(1)
  })

  it('gives own minus paper and says why the two do not compare', () => {
    const table = figure.table(prepare(data, { paper: true }))
    const row = table.rows.find((one) => one['arm'] === 'small' && one['level'] === 'very hard')
    expect(row?.['difference']).toBeCloseTo(100 - (100 * 34726) / 51983, 9)
    expect(String(row?.['verdict'])).toMatch(/^not comparable: other judge/)
  })

  it('says so when the paper has nothing for these seed sets', () => {
    const own = testData([series('small', 1, rows)])
    expect(prepare(own, { paper: true }).notes.join()).toMatch(/no numbers for these seed sets/)
  })
})

describe('differences', () => {
  it('are small minus large in points, whatever the order of the arms', () => {
    const data = testData([
      series('large', 1, [...times(6, 3), ...times(4, 4)]),
      series('small', 1, [...times(2, 3), ...times(8, 4)]),
    ])
    const difference = prepare(data, { view: 'difference' }).panels[0]?.differences[0]
    expect(difference).toMatchObject({ arm: 'small', baseline: 'large' })
    expect(difference?.levels.map((level) => level.difference)).toEqual([0, 0, -40, 40, 0])
    // Newcombe's interval for 8/10 minus 4/10, from Wilson 0.4902..0.9433 and 0.1682..0.6873.
    expect(difference?.levels[3]?.low).toBeCloseTo(-2.26, 2)
    expect(difference?.levels[3]?.high).toBeCloseTo(67.25, 1)
  })

  it('read as a sentence with both shares', () => {
    const data = testData([
      series('small', 1, times(4, 5)),
      series('large', 1, [...times(3, 2), 4] as TestCell[]),
    ])
    expect(figure.reading(prepare(data))).toBe(
      'small has more hard and very hard instructions than large in 1 of 1 panel; widest in set, round 1: 100.0 % against 25.0 %.',
    )
  })
})

it('points each line of the table at its rows', () => {
  const { rows, selections } = figure.table(prepare(testData([series('small', 2, [1, 'empty'])])))
  expect(rows).toHaveLength(6)
  expect(selections?.[0]).toEqual({
    column: LEVEL,
    min: 1,
    max: 1,
    seedSetKey: 'set',
    armKey: 'small',
    round: 2,
  })
  expect(selections?.[5]).toMatchObject({ min: 6, max: null, missing: true })
})

it('warns of the ceiling', () => {
  expect(prepare(testData([series('small', 1, times(3, 5))])).notes.join()).toMatch(/^Ceiling/)
  expect(prepare(testData([series('small', 1, times(3, 4))])).notes).toEqual([])
})
