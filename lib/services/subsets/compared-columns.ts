import { countMask, maskToIndexes } from '@/lib/columns/filter'
import { hasWords, isQuantity } from '@/lib/contracts/column-kinds'
import { formatValue } from '@/lib/contracts/format'
import type { ColumnInfo } from '@/lib/contracts/study'
import type { SubsetComparison } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { chiSquareCounts } from '@/lib/stats/levels'
import { mean, quantileSorted } from '@/lib/stats/summary'
import { cliffsDelta } from '@/lib/stats/unpaired'
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

/** Returns for each set the rows that are in any of the other sets. */
export function othersOf(sets: readonly Kept[]): Kept[] {
  return sets.map((own, k) => {
    const rest = new Uint8Array(own.length)
    sets.forEach((set, at) => {
      if (at === k) return
      for (let row = 0; row < set.length; row += 1) if (set[row] === 1) rest[row] = 1
    })
    return rest
  })
}

/** Returns how far the words of a set are from those of the others, and the word whose share differs most. */
function effectOfWords(
  names: readonly string[],
  own: readonly number[],
  others: readonly number[],
): Pick<Compared['values'][number], 'effect' | 'word'> {
  const found = chiSquareCounts(own, others)
  if (!found.ok) return { effect: null, word: null }
  const sum = (counts: readonly number[]) => counts.reduce((all, rows) => all + rows, 0)
  const [nOwn, nOthers] = [sum(own), sum(others)]
  const [word = null] = names
    .map((name, k) => ({
      word: name,
      difference: (own[k] as number) / nOwn - (others[k] as number) / nOthers,
    }))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
  return { effect: found.cramersV, word }
}

/** Returns how often each word of a column is in each set. */
function comparedWords(
  data: RuleData,
  id: string,
  sets: readonly Kept[],
  others: readonly Kept[],
): Omit<Compared, 'label'> {
  const groups = data.groups(id)
  const sizes = sets.map((set) => sizesOf(set, groups))
  const total = (k: number) => sizes.reduce((sum, of) => sum + (of[k] as number), 0)
  const order = groups.names
    .map((_, k) => k)
    .filter((k) => total(k) > 0)
    .sort((a, b) => total(b) - total(a) || a - b)
  const bins = order.map((k) => groups.names[k] as string)
  return {
    column: id,
    isNumber: false,
    bins,
    measure: "Cramér's V",
    values: sets.map((set, at) => {
      const counts = order.map((k) => sizes[at]?.[k] as number)
      const n = counts.reduce((sum, rows) => sum + rows, 0)
      const rest = sizesOf(others[at] as Kept, groups)
      const effect = effectOfWords(
        bins,
        counts,
        order.map((k) => rest[k] as number),
      )
      return { n, missing: countMask(set) - n, mean: null, median: null, counts, ...effect }
    }),
  }
}

/** Returns how the values of a column are distributed in each set, over bins of equal width that all sets share, and how far each is from the others. */
export function compareColumn(
  data: RuleData,
  column: ColumnInfo,
  sets: readonly Kept[],
  others: readonly Kept[],
): Compared {
  const { id, shape } = column
  const label = columnName(column)
  if (!isQuantity(shape)) return { ...comparedWords(data, id, sets, others), label }
  const numbers = data.numbers(id)
  const valuesOf = (set: Kept) => {
    const valued = set.slice()
    clearMissing(valued, numbers)
    return Float64Array.from(maskToIndexes(valued), (row) => numbers.values[row] as number).sort()
  }
  const sorted = sets.map(valuesOf)
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
    measure: "Cliff's delta",
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
      const found = cliffsDelta(own, valuesOf(others[k] as Kept))
      return {
        n: own.length,
        missing: countMask(sets[k] as Kept) - own.length,
        mean: of(mean),
        median: of((values) => quantileSorted(values, 0.5)),
        counts,
        effect: found.ok ? found.delta : null,
        word: null,
      }
    }),
  }
}
