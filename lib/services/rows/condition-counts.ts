import type { Db } from '@/db/client'
import { asGroup, placedAtoms, replaceAt, unwrap, wrap } from '@/lib/contracts/condition-tree'
import type { ConditionCount } from '@/lib/contracts/facets'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { yieldToEventLoop } from '../compare/slots'
import { getStudy } from '../studies'
import { countRows, warmSelection } from './select'

// Each goes over all rows twice, and each over all the others; longer trees are counted from the top.
const MAX_COUNTED = 30

/**
 * Returns for each single condition of a filter's tree, in order, how many rows of the study it keeps by itself, and how many
 * the whole filter would keep if it were switched off. Both are before a sample is drawn.
 */
export async function conditionCounts(
  db: Db,
  studyId: string,
  filter: RowFilter,
  signal?: AbortSignal,
): Promise<ConditionCount[]> {
  getStudy(db, studyId)
  if (!filter.where) return []
  const root = asGroup(filter.where)
  await warmSelection(db, studyId, { ...filter, seedSets: [], arms: [], rounds: [] }, [], signal)
  const counts: ConditionCount[] = []
  for (const { path, condition } of placedAtoms(root).slice(0, MAX_COUNTED)) {
    signal?.throwIfAborted()
    await yieldToEventLoop()
    const shown = unwrap(condition)
    const alone = { ...emptyFilter(), where: wrap({ ...shown, isOff: false }) }
    const where = replaceAt(root, path, wrap({ ...shown, isOff: true }))
    counts.push({
      path: [...path],
      alone: shown.isOff ? null : countRows(db, studyId, alone),
      without: shown.isOff ? null : countRows(db, studyId, { ...filter, where }),
    })
  }
  return counts
}
