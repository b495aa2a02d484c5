import { describe, expect, it } from 'vitest'
import { scoresOverRounds } from './scores-over-rounds'
import { meanEstimate, medianEstimate, resamplesFor } from './shared/estimate'
import type { LinesPrepared } from './shared/lines'
import { testColumn, testData, testSeries, type TestCell } from '@/lib/testing/figures'
import type { FigureData } from './types'

const SCORE = 'difficulty_score.score'
const figure = scoresOverRounds.typed

function prepare(data: FigureData, changed: object = {}): LinesPrepared {
  return figure.prepare(data, figure.options.parse(changed))
}

const series = (
  arm: string | null,
  round: number,
  cells: readonly TestCell[],
  seedSet = 'alpaca',
) => testSeries({ arm, round, seedSet }, { [SCORE]: testColumn(cells) })

const data = testData([
  series(null, 0, [10, 20, 30]),
  series('small', 1, [60, 70, 'unparsed']),
  series('large', 1, [40, 50, 60]),
])

const point = (prepared: LinesPrepared, arm: string) =>
  prepared.points.find((one) => one.arm === arm)

it('takes the arithmetic mean or the median over rows with a value', () => {
  expect(point(prepare(data), 'small')).toMatchObject({ value: 65, n: 2 })
  expect(point(prepare(data, { statistic: 'median' }), 'large')).toMatchObject({ value: 50 })
})

it('overlays the published means of the same cells', () => {
  expect(point(prepare(data), 'small')?.published).toBeNull()
  const prepared = prepare(data, { paper: true })
  expect(prepared.points.map((one) => one.published)).toEqual([27.63, 66.35, 52.89])
  expect(prepared.overlay.source).toBe('arXiv 2412.11231 v1, Table 13')
  expect(prepare(data, { paper: true, statistic: 'median' }).notes.join()).toMatch(/means only/)
})

it('compares a judge of the same name by interval, and says why others do not compare', () => {
  const judged = (model: string) => {
    const column = testColumn([66, 66.2, 66.7, 66.5], { model })
    const rows = testData([testSeries({ seedSet: 'alpaca' }, { [SCORE]: column })])
    return figure.table(prepare(rows, { paper: true })).rows[0]?.['verdict']
  }
  expect(judged('Qwen/Qwen2.5-72B-Instruct')).toMatch(/^match/)
  expect(judged('smollm2-135m')).toMatch(/^not comparable: other judge model: smollm2-135m/)
})

it('has the published mean level and loss ratios for the other measures', () => {
  const at = (measure: string, column: string, round: number) =>
    prepare(
      testData([testSeries({ seedSet: 'alpaca', round }, { [column]: testColumn([1, 2]) })]),
      { measure, paper: true },
    ).points[0]?.published
  expect(at('level', 'difficulty_level.level', 1)).toBeCloseTo(3.2705, 4)
  expect(at('ifd', 'ifd.strict', 3)).toBeCloseTo(0.8304, 12)
  expect(at('icIfd', 'ic_ifd.strict', 3)).toBeCloseTo(0.3589, 12)
  expect(at('mnd', 'mnd.mnd', 3)).toBeNull()
})

it('says who is ahead', () => {
  expect(figure.reading(prepare(data))).toMatch(
    /^small has a higher mean .* than large in 1 of 1 cell;/,
  )
  const alone = testData([series('small', 1, [10, 20]), series('small', 2, [30, 50])])
  expect(figure.reading(prepare(alone))).toMatch(/goes from 15\.0 in round 1 to 40\.0 in round 2/)
})

describe('intervals', () => {
  it('hold the mean, narrow with n and repeat themselves', () => {
    const few = Float64Array.from([1, 2, 3, 4])
    const many = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 4))
    const a = meanEstimate(few, 1000)
    const b = meanEstimate(many, 1000)
    expect(a.low).toBeLessThan(2.5)
    expect(a.high).toBeGreaterThan(2.5)
    expect((b.high ?? 0) - (b.low ?? 0)).toBeLessThan((a.high ?? 0) - (a.low ?? 0))
    expect(meanEstimate(few, 1000)).toEqual(a)
  })

  it('fall back to the normal approximation for large figures', () => {
    expect(resamplesFor(300)).toBe(2000)
    expect(resamplesFor(4000)).toBe(500)
    expect(resamplesFor(500_000)).toBe(0)
    const values = Float64Array.from([1, 2, 3, 4])
    const half = (1.959963984540054 * Math.sqrt(5 / 3)) / 2
    expect(meanEstimate(values, 0).high).toBeCloseTo(2.5 + half, 12)
  })

  it('are absent where too few values leave none', () => {
    expect(meanEstimate(new Float64Array(0), 100)).toEqual({ value: null, low: null, high: null })
    expect(meanEstimate(Float64Array.of(3), 100)).toEqual({ value: 3, low: null, high: null })
    expect(medianEstimate(Float64Array.of(1, 2, 3))).toEqual({ value: 2, low: null, high: null })
  })

  it('bound the median by order statistics', () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => i)
    const { value, low, high } = medianEstimate(values)
    expect(value).toBe(50)
    expect(low).toBe(40)
    expect(high).toBe(61)
  })
})
