import { columnName } from '@/components/shell/column-name'
import { isCoded } from '@/lib/contracts/column-kinds'
import { atomsOf } from '@/lib/contracts/condition'
import type { TableLayout, ViewState } from '@/lib/contracts/filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'

/** A column of the table: the row's own parts, or a metric. */
export interface RowColumn {
  id: string
  label: string
  title: string
  width: number
  /** null for the row's own parts. */
  metric: ColumnInfo | null
}

const own = (id: string, label: string, width: number, title = label): RowColumn => ({
  id,
  label,
  title,
  width,
  metric: null,
})

/** Always shown, first and pinned: where the row belongs. */
const ROW_COLUMN = own('row', 'Row', 190, 'Seed set, evolver, round and number of the row')

export const OWN_COLUMNS: readonly RowColumn[] = [
  own('instruction', 'Instruction', 330),
  own('input', 'Input', 180),
  own('response', 'Response', 200),
  own('operator', 'Operator', 120, 'What the evolver did to the parent'),
  own('slot', 'Seed', 70, 'Number of the seed that this row comes from'),
  own('decisions', 'Decisions', 180, 'Tags, notes and marks of your own'),
  own('flags', 'Flags', 120, 'Remarks of the importer'),
]

export const DEFAULT_OWN: string[] = ['instruction', 'response']

const METRIC_WIDTH = 124
const WORD_WIDTH = 180
// Of a head: a bold letter, and the padding with the arrow of the order.
const LETTER_WIDTH = 7.5
const HEAD_PADDING = 36

function metricColumn(column: ColumnInfo): RowColumn {
  const label = columnName(column)
  const hasText = isCoded(column.shape) && column.shape !== 'boolean'
  const least = hasText ? WORD_WIDTH : METRIC_WIDTH
  return {
    id: column.id,
    label,
    title: `${column.label}. ${column.description}`,
    width: Math.min(220, Math.max(least, Math.ceil(label.length * LETTER_WIDTH) + HEAD_PADDING)),
    metric: column,
  }
}

/** Whether the values of a column lie on one line. */
export function hasHistogram(column: ColumnInfo): boolean {
  return column.shape === 'scalar' || column.shape === 'enum'
}

/** Columns that a reader may choose. */
export function offeredColumns(detail: StudyDetail): ColumnInfo[] {
  return detail.columns.filter((column) => !column.hidden)
}

/** Metric columns to show: the chosen ones that exist, or the default of each metric. */
export function shownMetrics(detail: StudyDetail, chosen: readonly string[] | null): ColumnInfo[] {
  if (chosen === null) {
    // A column without a direction is a remark on a row, not a measure of it.
    return offeredColumns(detail).filter((column) => column.isDefault)
  }
  return chosen.flatMap((id) => {
    const bare = id.split('@')[0]
    const column = detail.columns.find((one) => one.id === bare)
    return column ? [{ ...column, id }] : []
  })
}

/** Columns in the order of the table: where the row belongs, what is pinned, the others as they were moved. */
export function tableColumns(
  { fields, order, pins }: TableLayout,
  metrics: readonly ColumnInfo[],
): RowColumn[] {
  const shown = [
    ...OWN_COLUMNS.filter((column) => fields.includes(column.id)),
    ...metrics.map(metricColumn),
  ]
  const placeIn = (list: readonly string[], id: string) => {
    const at = list.indexOf(id)
    return at < 0 ? list.length : at
  }
  return [
    ROW_COLUMN,
    ...shown.sort(
      (a, b) =>
        placeIn(pins, a.id) - placeIn(pins, b.id) || placeIn(order, a.id) - placeIn(order, b.id),
    ),
  ]
}

/** Returns the ids of all columns in their order after one of them was moved to the place of another. */
export function movedColumn(columns: readonly RowColumn[], id: string, to: string): string[] {
  const all = columns.slice(1).map((column) => column.id)
  const place = all.indexOf(to)
  if (place < 0 || !all.includes(id)) return all
  const others = all.filter((one) => one !== id)
  return [...others.slice(0, place), id, ...others.slice(place)]
}

/**
 * Columns in their order while a row is open beside the table: what the list is sorted and filtered by stands next to the
 * row's name, where the narrower table still shows it, behind the columns that are pinned.
 */
export function columnsBesideDetail(
  columns: readonly RowColumn[],
  { filter, sort }: Pick<ViewState, 'filter' | 'sort'>,
  pins: readonly string[] = [],
): RowColumn[] {
  const inside = filter.where ? atomsOf(filter.where) : []
  const named = [...filter.ranges, ...filter.values, ...inside.filter((one) => 'column' in one)]
  const filtered = named.map(({ column }) => column)
  const explained = new Set([sort.column, ...filtered])
  if (filter.operators.length > 0) explained.add('operator')
  const [place, ...all] = columns
  const pinned = all.filter(({ id }) => pins.includes(id))
  const others = all.filter((column) => !pinned.includes(column))
  const isExplained = ({ id }: RowColumn) => explained.has(id)
  return [
    ...(place ? [place] : []),
    ...pinned,
    ...others.filter(({ id }) => id === sort.column),
    ...others.filter((column) => isExplained(column) && column.id !== sort.column),
    ...others.filter((column) => !isExplained(column)),
  ]
}
