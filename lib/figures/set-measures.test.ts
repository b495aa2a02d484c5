import { expect, it } from 'vitest'
import type { SetRecord } from '@/lib/contracts/measure'
import { testColumn, testData, testSeries } from '@/lib/testing/figures'
import { setMeasures } from './set-measures'
import type { SeriesColumn } from './types'

const COLUMN = 'compression_ratio.counted'
const figure = setMeasures.typed

function recordOf(draws: number, size: number, mean: number | null, sd: number | null): SetRecord {
  const spread = mean === null ? { min: null, max: null } : { min: mean - 1, max: mean + 1 }
  const reason = mean === null ? ('n_too_small' as const) : null
  const whole = { whole: 9, wholeReason: null }
  return { n: 3, draws, size, values: { ratio: { mean, sd, ...spread, reason, ...whole } } }
}

function series(arm: string | null, round: number, size: number, more: Partial<SeriesColumn>) {
  const column = testColumn(
    Array.from({ length: size }, () => 1),
    more,
  )
  return testSeries({ arm, round }, { [COLUMN]: column })
}

const data = testData([
  series(null, 0, 3, { record: recordOf(1, 3, 2, null) }),
  series('small', 1, 5, { record: recordOf(20, 5, 4, 0.5) }),
  series('small', 2, 2, { record: recordOf(0, 2, null, null) }),
  series('large', 1, 4, { record: null, done: 0 }),
])

const prepare = (changed: object = {}, of = data) =>
  figure.prepare(of, figure.options.parse(changed))

it('draws the mean over draws with their standard deviation, or from the smallest to the largest', () => {
  const shown = (changed: object) =>
    prepare(changed).points.map(({ n, value, low, high }) => [n, value, low, high])
  expect(shown({})).toEqual([
    [3, 2, null, null],
    [3, 4, 3.5, 4.5],
    [3, null, null, null],
    [0, null, null, null],
  ])
  expect(shown({ spread: 'range' })[1]).toEqual([3, 4, 3, 5])
  expect(shown({ size: 'whole' })).toEqual([
    [3, 9, null, null],
    [5, 9, null, null],
    [2, 9, null, null],
    [0, null, null, null],
  ])
})

it('gives a reason in the table where there is no number', () => {
  const rows = figure.table(prepare()).rows
  expect(
    rows.map(({ mean, sd, reason, n, draws, size }) => [mean, sd, reason, n, draws, size]),
  ).toEqual([
    [2, null, null, 3, 1, 3],
    [4, 0.5, null, 3, 20, 5],
    [null, null, 'n_too_small', 3, 0, 2],
    [null, null, 'not_run', null, null, null],
  ])
})

it('says under the picture at which size, over how many draws, and what a filter does not do', () => {
  expect(prepare().notes).toEqual([
    'Means over up to 20 random draws of 3 rows; lines show one standard deviation of the draws.',
    '1 cell of just that size: one draw, so no spread.',
    '1 cell with fewer rows than that: no point.',
  ])
  expect(prepare({ size: 'whole' }).notes.join()).toMatch(/different size/)
  const filtered = data.series.map((one) => ({ ...one, cellRows: one.n + 1 }))
  expect(prepare({}, { ...data, series: filtered }).notes.join()).toMatch(/over the subset instead/)
})
