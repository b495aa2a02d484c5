import { and, asc, eq, gt, isNotNull, isNull, sql, type SQL } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { newestFor } from '@/db/newest'
import { alignments, arms, cells, responseSets, seedSets } from '@/db/schema'
import { readStored } from '@/db/stored-json'
import { importReportSchema } from '@/lib/contracts/cell'
import { AppError } from '@/lib/errors'

/** A published cell with the names of its place; `rowCount` counts positions, skipped ones included. */
export interface CellRef {
  no: number
  id: string
  studyId: string
  seedSetId: string
  seedSetKey: string
  armId: string | null
  armKey: string | null
  round: number
  revision: number
  rowCount: number
  /** Positions that hold no row because the import skipped them, ascending. */
  skipped: number[]
}

const columns = {
  no: cells.no,
  id: cells.id,
  studyId: cells.studyId,
  seedSetId: cells.seedSetId,
  seedSetKey: seedSets.key,
  armId: cells.armId,
  armKey: arms.key,
  round: cells.round,
  revision: cells.revision,
  rowCount: cells.rowCount,
  // The whole report is not needed here, and parsing it for every request would be.
  // A report that is no JSON is left whole, so that reading it says so.
  skipped: sql<string>`case when json_valid(${cells.report}) then coalesce(json_extract(${cells.report}, '$.skipped'), '[]') else coalesce(${cells.report}, '[]') end`,
}

type Selected = Omit<CellRef, 'skipped'> & { skipped: string }

const skippedSchema = importReportSchema.shape.skipped

function toRef(row: Selected): CellRef {
  const place = () => ({ table: 'cells', id: row.id, field: 'report' })
  // Reports name rows as people count them, from 1.
  const skipped = readStored(skippedSchema, row.skipped, place).map((entry) => entry.row - 1)
  return { ...row, skipped: skipped.sort((a, b) => a - b) }
}

/** Returns the study's current cells in file order: seed set, seeds before arms, arm, round. */
export function currentCells(db: Db, studyId: string): CellRef[] {
  return selectCurrent(db, studyId).map(toRef)
}

/** Returns the same; where the report of one cannot be read it has no skipped rows, and `onError` hears what is wrong. */
export function listedCells(
  db: Db,
  studyId: string,
  onError: (error: AppError) => void,
): CellRef[] {
  return selectCurrent(db, studyId).map((row) => {
    try {
      return toRef(row)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      onError(error)
      return { ...row, skipped: [] }
    }
  })
}

/** The published cells of a study that a condition chooses. */
function published(db: Db, studyId: string, condition: SQL) {
  return db
    .select(columns)
    .from(cells)
    .innerJoin(seedSets, eq(cells.seedSetId, seedSets.id))
    .leftJoin(arms, eq(cells.armId, arms.id))
    .where(and(eq(cells.studyId, studyId), isNotNull(cells.publishedAt), condition))
}

function selectCurrent(db: Db, studyId: string): Selected[] {
  return published(db, studyId, isNull(cells.supersededAt))
    .orderBy(
      asc(seedSets.position),
      asc(seedSets.key),
      asc(sql`${arms.id} is not null`),
      asc(arms.colorIndex),
      asc(arms.key),
      asc(cells.round),
    )
    .all()
}

function noSuchCell(): AppError {
  return new AppError('not_found', 'This study has no such file; it may have been purged.')
}

/** Returns one published cell, superseded or not; `not_found` when it is not in the study. */
export function getCell(db: Db, studyId: string, cellId: string): CellRef {
  const row = published(db, studyId, eq(cells.id, cellId)).get()
  if (!row) throw noSuchCell()
  return toRef(row)
}

/** Key and facts of the alignment that readers use. */
export type AlignmentRow = typeof alignments.$inferSelect

/** Returns the newest published alignment of a cell, or null when its rows have no known parents. */
export const newestAlignment: (db: Db, cellNo: number) => AlignmentRow | null = newestFor(
  alignments,
  [alignments.version],
  (cellNo) => and(eq(alignments.childCellNo, cellNo), gt(alignments.version, 0)),
)

/** Key and writer of a response set. */
export type ResponseSetRow = typeof responseSets.$inferSelect

/** Returns what tells the sets of a study apart: the hash of the definition, or how they came. */
export function setKeyOf({ definitionHash, kind }: ResponseSetRow): string {
  return definitionHash ?? kind
}

/** Returns the response set that pages show and runs score: the one that was chosen, else the newest of the cell. */
export const currentResponseSet: (db: Db, cellNo: number) => ResponseSetRow | null = newestFor(
  responseSets,
  [responseSets.pinned, responseSets.no],
  (cellNo) => and(eq(responseSets.cellNo, cellNo), isNull(responseSets.deletedAt)),
)

/** Takes a cell out of the study; its rows stay until they are purged, so that `restoreCell` can bring it back. */
export function deleteCell(db: Db, studyId: string, cellId: string): void {
  // Whatever else the row holds: a cell that cannot be read can be deleted.
  const place = and(eq(cells.studyId, studyId), eq(cells.id, cellId), isNotNull(cells.publishedAt))
  if (!db.select({ no: cells.no }).from(cells).where(place).get()) throw noSuchCell()
  db.update(cells)
    .set({ supersededAt: Date.now() })
    .where(and(place, isNull(cells.supersededAt)))
    .run()
}

/** Brings a deleted or superseded cell back. Throws `conflict` when another revision stands in its place. */
export function restoreCell(db: Db, studyId: string, cellId: string): void {
  inTransaction(db, () => {
    const cell = getCell(db, studyId, cellId)
    const rival = currentCells(db, studyId).find(
      (other) =>
        other.no !== cell.no &&
        other.seedSetId === cell.seedSetId &&
        other.armId === cell.armId &&
        other.round === cell.round,
    )
    if (rival) {
      throw new AppError(
        'conflict',
        `Revision ${rival.revision} stands in this place. Delete it before restoring revision ${cell.revision}.`,
      )
    }
    db.update(cells).set({ supersededAt: null }).where(eq(cells.no, cell.no)).run()
  })
}
