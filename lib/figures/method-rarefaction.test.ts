import { expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { methodRarefaction } from './method-rarefaction'
import type { FigureData } from './types'

const COLUMN = 'imported_column_x.value'

/** Rows with the tags {a}, {a, b}, {c} and one without a value. */
function dataOf(arms: readonly string[]): FigureData {
  const names = ['a', 'b', 'c']
  const words = { names, of: [[0], [0, 1, 1], [2]] }
  const series = arms.map((arm, n) => ({
    ...methodRarefaction.example().data.series[1],
    key: arm,
    seedSetKey: 's',
    seedSetLabel: 'Set',
    armKey: arm,
    armLabel: arm,
    colorIndex: n,
    round: 1,
    n: 4,
    cellRows: 4,
    columns: {
      [COLUMN]: {
        values: Float64Array.of(0, 1, 2, Number.NaN),
        status: Uint8Array.of(0, 0, 0, 0).map((_, at) =>
          statusCode(at === 3 ? 'not_in_file' : 'ok'),
        ),
        width: 1,
        definitionHash: 'd',
        runId: 'r',
        model: null,
        done: 4,
        total: 4,
      },
    },
  }))
  const { data } = methodRarefaction.example()
  const info = Object.values(data.columns)[0]
  return { series, columns: { [COLUMN]: { ...info, id: COLUMN, words } } } as unknown as FigureData
}

it('draws the expected tags of the rows that have a value, at the same numbers of rows', () => {
  const options = methodRarefaction.typed.options.parse({ column: COLUMN })
  const prepared = methodRarefaction.typed.prepare(dataOf(['one', 'two']), options)
  const own = prepared.points.filter(({ arm }) => arm === 'one')
  expect(own.map(({ n }) => n)).toEqual([1, 2, 3])
  expect(own.map(({ value }) => value)).toEqual([
    expect.closeTo(4 / 3, 12),
    expect.closeTo(7 / 3, 12),
    3,
  ])
  expect(prepared.counts[0]).toMatchObject({ valued: 3, missing: { not_in_file: 1 } })
  expect(methodRarefaction.reading(prepared)).toBe(
    'Set: 3 rows of one have 3 distinct tags, as many of two 3.',
  )
})
