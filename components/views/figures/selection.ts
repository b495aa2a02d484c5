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
