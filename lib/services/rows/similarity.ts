import type { Db } from '@/db/client'
import { atomsOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import type { CellRef } from '../cells'
import { similarRows } from '../search/similar'
import { amongOf } from './conditions/similar'
import { rankingOf } from '@/lib/contracts/filter-parts'
import { scopeOfStudy } from './select'

/** Returns the likeness of rows to what a filter compares them with first; null for rows that are not among the most similar. */
export function similarityOf(db: Db, studyId: string, filter: RowFilter) {
  const { ranked, rest } = rankingOf(filter)
  const atom = [...ranked, ...(rest.where ? atomsOf(rest.where) : [])].find(
    (one) => one.is === 'similar',
  )
  const scope = { ...scopeOfStudy(db, studyId), rest }
  const found = atom ? similarRows(db, studyId, atom, amongOf(scope, atom)) : null
  return (cell: CellRef, idx: number): number | null => found?.get(cell.no)?.get(idx) ?? null
}
