import { describe, expect, it } from 'vitest'
import { statusCode, type StatusName } from '@/lib/contracts/status'
import { getMeasured } from '@/lib/metrics'
import { wilsonInterval } from '@/lib/stats/intervals'
import { getFigure, parseFigureOptions } from '.'
import type { HealthRatesPrepared } from './health-rates'
import { exampleInfo } from './shared/example'
import type { FigureData, FigureSeries, SeriesColumn } from './types'

const figure = getFigure('health-rates')
const columns = figure.columns(parseFigureOptions(figure, {}))
const OPERATORS = ['deepen', 'breadth']

/** A column whose rows are flagged (y), not flagged (n), or missing (-). */
function columnOf(rows: string, missing: StatusName): SeriesColumn {
  const n = rows.length
  return {
    values: Float64Array.from(rows, (flag) => (flag === 'y' ? 2 : flag === 'n' ? 1 : Number.NaN)),
    status: Uint8Array.from(rows, (flag) => statusCode(flag === '-' ? missing : 'ok')),
    width: 1,
    definitionHash: 'x',
    runId: 'x',
    model: null,
    done: n,
    total: n,
  }
}

function cell(seedSetKey: string, round: number, rows: string, answered = rows): FigureSeries {
  return {
    key: `${seedSetKey}/${round}`,
    seedSetKey,
    seedSetLabel: seedSetKey,
    armKey: 'small',
    armLabel: 'Small',
    armClass: 'small',
    colorIndex: 0,
    round,
    cellId: `${seedSetKey}/${round}`,
    n: rows.length,
    cellRows: rows.length,
    columns: Object.fromEntries(
      columns.map((id) => [
        id,
        id === 'health.answered'
          ? columnOf(answered, 'not_applicable')
          : columnOf(rows, 'no_parent'),
      ]),
    ),
    operators: { codes: Uint8Array.from(rows, (_, row) => row % 2), names: OPERATORS },
  }
}

function draw(series: FigureSeries[], given: object = {}) {
  const data: FigureData = {
    series,
    columns: Object.fromEntries(
      columns.map((id) => [id, exampleInfo(id, id, { levels: ['no', 'yes'] })]),
    ),
  }
  const prepared = figure.prepare(data, parseFigureOptions(figure, given)) as HealthRatesPrepared
  return { prepared, table: figure.table(prepared), reading: figure.reading(prepared) }
}

describe('the rates of evolution health', () => {
  it('ask for every flag of the metric, in its order', () => {
    expect(columns).toEqual(getMeasured('health').outputs.map(({ key }) => `health.${key}`))
  })

  it('are shares of the rows with a value over all seed sets, with the Wilson interval and the reasons', () => {
    const { table } = draw([
      cell('a', 1, 'ynnn', 'y--n'),
      cell('b', 1, 'yy', '-n'),
      cell('a', 2, 'n'),
    ])
    const any = table.rows.find((row) => row['group'] === 'Any flag' && row['round'] === 1)
    const interval = wilsonInterval(3, 6)
    expect(any).toMatchObject({ arm: 'Small', rows: 3, n: 6, percent: 50, missing: 0, reasons: '' })
    expect(any?.['low']).toBeCloseTo(interval.ok ? 100 * interval.low : 0, 12)
    const answered = table.rows.find((row) => row['group'] === 'Answered')
    expect(answered).toMatchObject({ rows: 1, n: 3, missing: 3, reasons: '3 not applicable' })
    expect(table.rows).toHaveLength(2 * columns.length)
  })

  it('have no value where no row has one, which is not 0 %', () => {
    const { table, reading } = draw([cell('a', 1, 'yn', '--')])
    const answered = table.rows.find((row) => row['group'] === 'Answered')
    expect(answered).toMatchObject({ rows: null, n: 0, percent: null, low: null, missing: 2 })
    expect(reading).toMatch(/^The most frequent flag is "Empty": 50\.0 % of 2 rows/)
  })

  it('are told apart by operator or seed set, and lead to those rows', () => {
    const series = [cell('a', 1, 'ynyn'), cell('b', 1, 'ny')]
    const byOperator = draw(series, { by: 'operator', flag: 'copy_near' })
    expect(byOperator.table.rows.map(({ group, rows, n }) => [group, rows, n])).toEqual([
      ['deepen', 2, 3],
      ['breadth', 1, 3],
    ])
    expect(byOperator.table.selections?.[1]).toEqual({
      column: 'health.copy_near',
      min: 2,
      max: 2,
      seedSetKey: null,
      armKey: 'small',
      round: 1,
      operators: ['breadth'],
    })
    const bySet = draw(series, { by: 'seedSet', flag: 'copy_near' })
    expect(bySet.table.rows.map(({ group, rows, n }) => [group, rows, n])).toEqual([
      ['a', 2, 4],
      ['b', 1, 2],
    ])
    expect(bySet.table.selections?.[0]).toMatchObject({ seedSetKey: 'a', round: 1 })
  })

  it('say how many rows of an unknown operator are left out', () => {
    const one = cell('a', 1, 'ynyn')
    const operators = { codes: Uint8Array.from([0, 255, 255, 1]), names: OPERATORS }
    const { prepared } = draw([{ ...one, operators }], { by: 'operator' })
    expect(prepared.notes).toEqual([
      '2 rows without a known operator or not computed yet: left out.',
    ])
  })
})
