import type { Db } from '@/db/client'
import { atomsOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import type { CellRef } from '../cells'
import { similarRows } from '../search/similar'

/** Returns the likeness of rows to the one that a filter names; null for rows that are not among the most similar. */
export function similarityOf(db: Db, studyId: string, filter: RowFilter) {
  const atom = filter.where ? atomsOf(filter.where).find((one) => one.is === 'similar') : undefined
  const found = atom ? similarRows(db, studyId, atom) : null
  return (cell: CellRef, idx: number): number | null => found?.get(cell.no)?.get(idx) ?? null
}
