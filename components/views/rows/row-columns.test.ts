import { describe, expect, it } from 'vitest'
import { emptyFilter, type TableLayout } from '@/lib/contracts/filter'
import type { ColumnInfo } from '@/lib/contracts/study'
import { columnsBesideDetail, movedColumn, tableColumns } from './table/row-columns'

const metric = (id: string) =>
  ({
    id,
    label: id,
    shortLabel: id,
    group: id,
    description: '',
    metric: id,
  }) as unknown as ColumnInfo

const layout = (patch: Partial<TableLayout> = {}): TableLayout => ({
  fields: [],
  order: [],
  pins: [],
  ...patch,
})

describe('the layout of the table', () => {
  const metrics = [metric('loss.a'), metric('mnd.distance')]
  const shown = (patch: Partial<TableLayout>) =>
    tableColumns(layout({ fields: ['response', 'instruction'], ...patch }), metrics)
  const idsOf = (columns: ReturnType<typeof shown>) => columns.map(({ id }) => id)

  it('keeps the order of the study where nothing was moved', () => {
    const inOrder = ['row', 'instruction', 'response', 'loss.a', 'mnd.distance']
    expect(idsOf(shown({}))).toEqual(inOrder)
  })

  it('puts pinned columns first and moved ones where they were put, unknown ones nowhere', () => {
    const moved = shown({ order: ['gone.x', 'mnd.distance', 'instruction'], pins: ['loss.a'] })
    expect(idsOf(moved)).toEqual(['row', 'loss.a', 'mnd.distance', 'instruction', 'response'])
  })

  it('moves a column to the place of another, to either side', () => {
    const columns = shown({})
    expect(movedColumn(columns, 'instruction', 'loss.a')).toEqual([
      'response',
      'loss.a',
      'instruction',
      'mnd.distance',
    ])
    expect(movedColumn(columns, 'mnd.distance', 'response')).toEqual([
      'instruction',
      'mnd.distance',
      'response',
      'loss.a',
    ])
    const order = ['instruction', 'response', 'loss.a', 'mnd.distance']
    expect(movedColumn(columns, 'row', 'response')).toEqual(order)
  })
})

it('gives a column room for its whole name, within bounds', () => {
  const widthOf = (label: string) =>
    tableColumns(layout(), [{ ...metric(label), group: label, shape: 'scalar' }]).at(-1)?.width ?? 0
  expect(widthOf('IFD')).toBe(124)
  expect(widthOf('Instruction words')).toBeGreaterThanOrEqual(160)
  expect(widthOf('a name '.repeat(20))).toBe(220)
})

describe('columnsBesideDetail', () => {
  const columns = tableColumns(layout({ fields: ['instruction', 'response', 'operator'] }), [
    metric('loss.a'),
    metric('mnd.distance'),
    metric('ifd.strict'),
  ])
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

  it('keeps pinned columns in front', () => {
    const state = { filter: emptyFilter(), sort: { column: 'ifd.strict', descending: true } }
    const pinned = columnsBesideDetail(columns, state, ['mnd.distance', 'ifd.strict'])
    expect(pinned.map(({ id }) => id).slice(0, 4)).toEqual([
      'row',
      'mnd.distance',
      'ifd.strict',
      'instruction',
    ])
  })

  it('changes nothing in file order without a filter', () => {
    expect(ids({ filter: emptyFilter(), sort: { column: 'position', descending: false } })).toEqual(
      columns.map(({ id }) => id),
    )
  })
})
