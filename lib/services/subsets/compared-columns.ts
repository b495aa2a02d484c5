import { countMask, maskToIndexes } from '@/lib/columns/filter'
import { hasWords, isQuantity } from '@/lib/contracts/column-kinds'
import { formatValue } from '@/lib/contracts/format'
import type { ColumnInfo } from '@/lib/contracts/study'
import type { SubsetComparison } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { mean, quantileSorted } from '@/lib/stats/summary'
import { clearMissing, sizesOf } from '@/lib/subsets/take'
import type { Kept, RuleData } from '@/lib/subsets/types'
import { columnName } from '../compare/columns'

type Compared = SubsetComparison['columns'][number]

// What a cell of a table shows apart.
const BINS = 20

const canCompare = ({ shape }: ColumnInfo) =>
  shape !== 'vector' && shape !== 'tags' && (isQuantity(shape) || hasWords(shape))

/** Returns the columns that are compared: those that are named, or those that a study shows at first. */
export function columnsToCompare(
  all: readonly ColumnInfo[],
  ids: readonly string[] | undefined,
): ColumnInfo[] {
  if (!ids)
    return all.filter(
      (one) => one.isDefault && !one.hidden && isQuantity(one.shape) && canCompare(one),
    )
  return ids.map((id) => {
    const column = all.find((one) => one.id === id)
    if (!column) throw new AppError('not_found', `This study has no column "${id}".`)
    if (canCompare(column)) return column
    const message = `The column "${id}" holds neither single numbers nor words that rows share. Leave it out.`
    throw new AppError('invalid_input', message)
  })
}

/** Returns how often each word of a column is in each set. */
function comparedWords(data: RuleData, id: string, sets: readonly Kept[]): Omit<Compared, 'label'> {
  const groups = data.groups(id)
  const sizes = sets.map((set) => sizesOf(set, groups))
  const total = (k: number) => sizes.reduce((sum, of) => sum + (of[k] as number), 0)
  const order = groups.names
    .map((_, k) => k)
    .filter((k) => total(k) > 0)
    .sort((a, b) => total(b) - total(a) || a - b)
  return {
    column: id,
    isNumber: false,
    bins: order.map((k) => groups.names[k] as string),
    values: sets.map((set, at) => {
      const counts = order.map((k) => sizes[at]?.[k] as number)
      const n = counts.reduce((sum, rows) => sum + rows, 0)
      return { n, missing: countMask(set) - n, mean: null, median: null, counts }
    }),
  }
}

/** Returns how the values of a column are distributed in each set, over bins of equal width that all sets share. */
export function compareColumn(data: RuleData, column: ColumnInfo, sets: readonly Kept[]): Compared {
  const { id, shape } = column
  const label = columnName(column)
  if (!isQuantity(shape)) return { ...comparedWords(data, id, sets), label }
  const numbers = data.numbers(id)
  const sorted = sets.map((set) => {
    const valued = set.slice()
    clearMissing(valued, numbers)
    return Float64Array.from(maskToIndexes(valued), (row) => numbers.values[row] as number).sort()
  })
  const ends = sorted.flatMap((own) =>
    own.length > 0 ? [own[0] as number, own.at(-1) as number] : [],
  )
  const [low, high] = ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [0, 0]
  const levels = column.levels?.length ?? 0
  const bins = ends.length === 0 ? 0 : levels > 0 ? levels : high > low ? BINS : 1
  const width = (high - low) / Math.max(1, bins)
  const binOf = (value: number) =>
    levels > 0 ? value - 1 : Math.min(bins - 1, width > 0 ? Math.floor((value - low) / width) : 0)
  return {
    column: id,
    label,
    isNumber: levels === 0,
    bins:
      column.levels && bins > 0
        ? [...column.levels]
        : Array.from(
            { length: bins },
            (_, k) => `${formatValue(low + k * width)} to ${formatValue(low + (k + 1) * width)}`,
          ),
    values: sorted.map((own, k) => {
      const counts = Array.from({ length: bins }, () => 0)
      for (const value of own) {
        const bin = binOf(value)
        counts[bin] = (counts[bin] ?? 0) + 1
      }
      const of = (number: (values: Float64Array) => number | null) =>
        own.length === 0 ? null : number(own)
      return {
        n: own.length,
        missing: countMask(sets[k] as Kept) - own.length,
        mean: of(mean),
        median: of((values) => quantileSorted(values, 0.5)),
        counts,
      }
    }),
  }
}
