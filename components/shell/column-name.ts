import type { ColumnInfo } from '@/lib/contracts/study'

/** Name of a column where it stands alone: `Difficulty score` in place of `score`, `MND` as it is. */
export function columnName({
  shortLabel,
  group,
}: Pick<ColumnInfo, 'shortLabel' | 'group'>): string {
  return group.toLowerCase().includes(shortLabel.toLowerCase()) ? group : shortLabel
}
