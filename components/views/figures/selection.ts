import { filterQuery } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import type { FigureSelection } from '@/lib/figures/types'

/** The filter that keeps the rows behind a mark of a figure drawn under `filter`. */
export function filterOf(selection: FigureSelection, filter: RowFilter): RowFilter {
  const { column, min, max, missing = false, seedSetKey, armKey, round } = selection
  const others = filter.ranges.filter((range) => range.column !== column)
  return {
    ...filter,
    seedSets: seedSetKey === null ? filter.seedSets : [seedSetKey],
    arms: armKey === null ? filter.arms : [armKey],
    rounds: round === null ? filter.rounds : [round],
    ranges: column === null ? filter.ranges : [...others, { column, min, max, missing }],
  }
}

/** Name of the figures' options in the address of the figures page. */
export const FIGURES_PARAM = 'figures'

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
