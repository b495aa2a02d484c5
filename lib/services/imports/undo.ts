import { and, eq, gte, inArray, isNull, isNotNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { cells, runCells } from '@/db/schema'
import type { ImportPlan } from '@/lib/contracts/study'
import { placeKey } from '@/lib/contracts/import-matrix'
import { currentCells, deleteCell, getCell, restoreCell } from '../cells'
import { discardCell } from '../cells/staging'

/**
 * Takes out of a study what an import brought since a moment, seeds that it read from evolved rows included, and puts back the revisions
 * that it replaced. Returns the number of files taken out. Safe to repeat after a crash.
 */
export function undoImport(
  db: Db,
  studyId: string,
  plans: readonly ImportPlan[],
  since: number,
): number {
  const hashes = plans.map(({ sha256 }) => sha256)
  const isCurrent = and(isNotNull(cells.publishedAt), isNull(cells.supersededAt))
  const isBrought = and(inArray(cells.sourceSha256, hashes), gte(cells.createdAt, since))
  const here = and(eq(cells.studyId, studyId), isBrought, isCurrent)
  const made = db.select({ no: cells.no, id: cells.id }).from(cells).where(here).all()
  inTransaction(db, () => {
    const places = new Set(made.map(({ id }) => placeKey(getCell(db, studyId, id))))
    for (const { id } of made) deleteCell(db, studyId, id)
    const replaced = db
      .select({ id: cells.id })
      .from(cells)
      .where(and(eq(cells.studyId, studyId), gte(cells.supersededAt, since)))
      .all()
      .map(({ id }) => getCell(db, studyId, id))
      .filter((cell) => places.has(placeKey(cell)) && !made.some(({ id }) => id === cell.id))
      .toSorted((a, b) => b.revision - a.revision)
    for (const cell of replaced) {
      const taken = new Set(currentCells(db, studyId).map(placeKey))
      if (!taken.has(placeKey(cell))) restoreCell(db, studyId, cell.id)
    }
  })
  for (const { no } of made) {
    // What was measured meanwhile keeps its rows, as that of any deleted file.
    const run = db.select().from(runCells).where(eq(runCells.cellNo, no)).limit(1).get()
    if (!run) discardCell(db, no)
  }
  return made.length
}
