import { filterQuery } from '@/components/hooks/use-view-state'
import type { RangeFilter } from '@/lib/contracts/column-filter'
import type { RowFilter } from '@/lib/contracts/filter'
import type { FigureSelection } from '@/lib/figures/types'

/** The part of a range that the filter's own ranges of its column leave. */
function within(range: RangeFilter, ranges: readonly RangeFilter[]): RangeFilter {
  let { min, max, missing } = range
  for (const other of ranges.filter(({ column }) => column === range.column)) {
    if (other.min !== null) min = Math.max(min ?? other.min, other.min)
    if (other.max !== null) max = Math.min(max ?? other.max, other.max)
    missing &&= other.missing
  }
  return { ...range, min, max, missing }
}

/** The filter that keeps the rows behind a mark of a figure drawn under `filter`. */
export function filterOf(selection: FigureSelection, filter: RowFilter): RowFilter {
  const { column, min, max, values, missing = false, seedSetKey, armKey, round } = selection
  const first = column === null || values ? [] : [{ column, min, max, missing }]
  const also = (selection.also ?? []).map((one) => ({ missing: false, ...one }))
  const own = new Set([column, ...also.map((one) => one.column)])
  const isOther = (one: { column: string }) => !own.has(one.column)
  const ranges = [...first, ...also]
  const exports = [...(filter.exports ?? []), ...(selection.exports ?? [])]
  const words = column === null || !values ? [] : [{ column, ...values, missing }]
  return {
    ...filter,
    seedSets: selection.seedSets ?? (seedSetKey === null ? filter.seedSets : [seedSetKey]),
    arms: armKey === null ? filter.arms : [armKey],
    rounds: round === null ? filter.rounds : [round],
    operators: selection.operators ?? filter.operators,
    ranges: [
      ...filter.ranges.filter(isOther),
      ...(selection.narrows ? ranges.map((one) => within(one, filter.ranges)) : ranges),
    ],
    values: [...filter.values.filter(isOther), ...words],
    ...(exports.length > 0 ? { exports } : {}),
    ...(selection.partner ? { partners: [...(filter.partners ?? []), selection.partner] } : {}),
  }
}

/** Name of the figures' options in the address of the figures page. */
export const FIGURES_PARAM = 'figures'

/** Name of the shown figures, with place and width, in the address of the figures page. */
export const SHOWN_PARAM = 'show'

/** The address of one figure on the figures page, with options that differ from their defaults. */
export function figureHref(
  studyId: string,
  figureId: string,
  options: Record<string, string | number | boolean>,
  filter: RowFilter,
): string {
  const query = new URLSearchParams(filterQuery(filter))
  query.set(FIGURES_PARAM, JSON.stringify({ [figureId]: options }))
  return `/studies/${studyId}/figures?${query.toString()}#figure-${figureId}`
}
