import { decisionInputSchema, type DecisionInput } from '@/lib/contracts/decisions'
import { annotate, chosenRows, rowsOfFilter } from '@/lib/services/rows/annotations'
import { rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import type { TestStudy } from './imports'

/** What a test decides; the kind is enough. */
type Decided = Partial<DecisionInput> & Pick<DecisionInput, 'kind'>

/** Decides on rows named by cell and index, and returns the log entry. */
export function decideOn(
  { db, studyId }: Pick<TestStudy, 'db' | 'studyId'>,
  rows: readonly { cellId: string; idx: number }[],
  decided: Decided,
) {
  return annotate(db, studyId, chosenRows(db, studyId, rows), decisionInputSchema.parse(decided))
}

/** Decides on all rows that pass a filter, and returns the log entry. */
export async function decideOnAll(
  { db, studyId }: Pick<TestStudy, 'db' | 'studyId'>,
  filter: Partial<RowFilter>,
  decided: Decided,
) {
  const rows = await rowsOfFilter(db, studyId, rowFilterSchema.parse(filter))
  return annotate(db, studyId, rows, decisionInputSchema.parse(decided))
}
