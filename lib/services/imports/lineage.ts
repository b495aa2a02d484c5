import type { ColumnMapping } from '@/lib/formats/types'
import { ID_RULE, idColumn } from '../alignments/ids'
import { operatorColumn } from '../alignments/operators'
import type { Place } from './place'

/**
 * Settles how the rows of a previewed file meet their parents and which operators they have, and returns what the user
 * should know. `inputsDiffer` compares the first rows with those of the parent.
 */
export function settleLineage(
  place: Place,
  mapping: ColumnMapping,
  keys: readonly string[],
  inputsDiffer: () => boolean,
): string[] {
  if (place.armKey === null || place.align === 'lineage') return []
  const notes: string[] = []
  if (place.align === 'index') {
    const differ = inputsDiffer()
    const column = mapping.id ?? idColumn(keys)
    if (column !== null) {
      notes.push(
        !differ
          ? `Rows are aligned with their parents by row number; where that fails, by the column "${column}". ${ID_RULE}`
          : `Inputs differ from the parent's at the same row numbers, so rows are aligned by the column "${column}". ${ID_RULE}`,
      )
      if (differ) place.align = 'id'
    } else if (differ) {
      place.align = 'none'
      place.operators = 'none'
      notes.push(
        "Inputs differ from the parent's, so rows are not aligned by number. Choose a column of ids in the mapping to align by id.",
      )
    }
  }
  const column = operatorColumn(keys)
  if (column !== null && place.align !== 'none') {
    place.operators = `column:${column}`
    notes.push(`Operators are those of the column "${column}".`)
  }
  return notes
}
