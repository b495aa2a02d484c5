import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { getFigure, parseFigureOptions } from '.'
import { exampleInfo } from './shared/example'
import type { DifficultyLevelsPrepared } from './shared/levels'
import type { FigureData } from './types'

const figure = getFigure('category-shares')
const COLUMN = 'imported_column_0.value'

/** One cell whose rows have these numbers; 0 = not in the file. */
function dataOf(names: readonly string[], of: readonly (readonly number[])[], numbers: number[]) {
  const values = Float64Array.from(numbers)
  const status = Uint8Array.from(numbers, (n) => statusCode(n === 0 ? 'not_in_file' : 'ok'))
  const n = numbers.length
  const run = { definitionHash: 'x', runId: 'x', model: null, done: n, total: n }
  const data: FigureData = {
    columns: { [COLUMN]: exampleInfo(COLUMN, 'source', { words: { names, of } }) },
    series: [
      {
        key: 'cell',
        seedSetKey: 'one',
        seedSetLabel: 'One',
        armKey: null,
        armLabel: 'Seeds',
        armClass: null,
        colorIndex: 0,
        round: 0,
        cellId: 'cell',
        n,
        cellRows: n,
        columns: { [COLUMN]: { values, status, width: 1, ...run } },
      },
    ],
  }
  return data
}

function draw(data: FigureData, more: object = {}) {
  const options = parseFigureOptions(figure, { column: COLUMN, ...more })
  const prepared = figure.prepare(data, options) as DifficultyLevelsPrepared
  return { prepared, table: figure.table(prepared), reading: figure.reading(prepared) }
}

describe('shares of categories', () => {
  it('count rows with each word of all rows of the cell, the most frequent first', () => {
    const data = dataOf(['a', 'b', 'c'], [[], [0], [1], [2]], [2, 2, 3, 2, 1, 3, 0, 0])
    const { table, reading } = draw(data)
    const shares = table.rows.map(({ level, rows, asked, percent }) => [
      level,
      rows,
      asked,
      percent,
    ])
    expect(shares).toEqual([
      ['b', 3, 8, 37.5],
      ['c', 2, 8, 25],
      ['a', 1, 8, 12.5],
      ['no value', 2, 8, 25],
    ])
    expect(table.rows[0]?.['low']).toBeCloseTo(13.68, 2)
    expect(table.rows[0]?.['high']).toBeCloseTo(69.43, 2)
    expect(reading).toBe('The most frequent value of source is "b": 50.0 % of 6 rows with a value.')
    const words = table.selections?.map((one) => [one?.values?.values, one?.missing ?? false])
    expect(words).toEqual([
      [['b'], false],
      [['c'], false],
      [['a'], false],
      [[], true],
    ])
  })

  it('count a row once for each of its tags and once among the others, and say so', () => {
    const of = [[], [0, 1], [0], [2, 3], []]
    const { prepared, table } = draw(dataOf(['a', 'b', 'c', 'd'], of, [1, 2, 3, 3, 4]), { most: 2 })
    const shares = table.rows.map(({ level, rows }) => [level, rows])
    expect(shares).toEqual([
      ['a', 2],
      ['c', 2],
      ['other', 3],
      ['no value', 0],
    ])
    expect(table.selections?.[2]?.values).toEqual({ match: 'any', values: ['b', 'd'] })
    expect(prepared.notes.join(' ')).toMatch(/2 most frequent of 4 words.*do not add up/)
  })

  it('tell words apart that look alike on an axis or are named like another bar', () => {
    const long = 'x'.repeat(60)
    const names = ['none', 'other', `${long}1`, `${long}2`, '__proto__']
    const of = [[], ...names.map((_, k) => [k])]
    const { prepared } = draw(dataOf(names, of, [1, 2, 3, 4, 5]))
    expect(new Set(prepared.levels).size).toBe(names.length)
    expect(prepared.levels).toEqual(expect.arrayContaining(['"none"', '"other"', '__proto__']))
    const selected = draw(dataOf(names, of, [1, 2, 3, 4, 5])).table.selections
    expect(selected?.flatMap((one) => one?.values?.values ?? [])).toEqual(names)
  })
})
