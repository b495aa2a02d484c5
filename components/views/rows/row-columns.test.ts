import { describe, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import type { ColumnInfo } from '@/lib/contracts/study'
import { columnsBesideDetail, tableColumns } from './table/row-columns'

const metric = (id: string) =>
  ({
    id,
    label: id,
    shortLabel: id,
    group: id,
    description: '',
    metric: id,
  }) as unknown as ColumnInfo

it('gives a column room for its whole name, within bounds', () => {
  const widthOf = (label: string) =>
    tableColumns([], [{ ...metric(label), group: label, shape: 'scalar' }]).at(-1)?.width ?? 0
  expect(widthOf('IFD')).toBe(124)
  expect(widthOf('Instruction words')).toBeGreaterThanOrEqual(160)
  expect(widthOf('a name '.repeat(20))).toBe(220)
})

describe('columnsBesideDetail', () => {
  const columns = tableColumns(
    ['instruction', 'response', 'operator'],
    [metric('loss.a'), metric('mnd.distance'), metric('ifd.strict')],
  )
  const ids = (state: Parameters<typeof columnsBesideDetail>[1]) =>
    columnsBesideDetail(columns, state).map(({ id }) => id)
  const range = (column: string) => ({ column, min: 0, max: 1, missing: false })

  it('puts what the list is sorted and filtered by next to the name of the row', () => {
    const filter = { ...emptyFilter(), ranges: [range('loss.a')], operators: ['deepen'] }
    expect(ids({ filter, sort: { column: 'ifd.strict', descending: true } })).toEqual([
      'row',
      'ifd.strict',
      'operator',
      'loss.a',
      'instruction',
      'response',
      'mnd.distance',
    ])
  })

  it('changes nothing in file order without a filter', () => {
    expect(ids({ filter: emptyFilter(), sort: { column: 'position', descending: false } })).toEqual(
      columns.map(({ id }) => id),
    )
  })
})
