import { randomUUID } from 'node:crypto'
import { and, eq, inArray, isNotNull, isNull, max, sql, type SQL } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { alignments, arms, cells, responseSets, seedSets } from '@/db/schema'
import type { CellSource, ImportReport } from '@/lib/contracts/cell'
import { AppError } from '@/lib/errors'
import {
  flattenResponse,
  flattenRow,
  RESPONSE_FIELDS,
  ROW_FIELDS,
  type Cell,
  type NewResponse,
  type NewRow,
} from './flat'

export type { NewResponse, NewRow } from './flat'

/** Rows deleted in one transaction: about 50 ms, so that other writers are never kept waiting. */
const DELETE_ROWS = 5_000

/** Where the rows will stand once they are published. */
export interface StageRequest {
  studyId: string
  seedSetId: string
  /** null = the seeds themselves. */
  armId: string | null
  round: number
  source: CellSource
}

/** Who wrote a set of responses. */
export interface NewResponseSet {
  kind: 'imported' | 'generated'
  label: string
  definition: Record<string, unknown> | null
  definitionHash: string | null
}

/** Creates a cell that no reader sees before `publishCell`, and returns its key and id. */
export function openStagedCell(db: Db, request: StageRequest): { cellNo: number; cellId: string } {
  const row = db
    .insert(cells)
    .values({
      id: randomUUID(),
      studyId: request.studyId,
      seedSetId: request.seedSetId,
      armId: request.armId,
      round: request.round,
      source: request.source,
      sourceSha256: request.source.sha256,
      createdAt: Date.now(),
    })
    .returning({ cellNo: cells.no, cellId: cells.id })
    .get()
  return row
}

/** Creates an empty response set of a cell and returns its key. */
export function openResponseSet(db: Db, cellNo: number, set: NewResponseSet): number {
  const row = db
    .insert(responseSets)
    .values({ id: randomUUID(), cellNo, ...set, createdAt: Date.now() })
    .returning({ no: responseSets.no })
    .get()
  return row.no
}

/** Returns a row that holds an instruction, and of the rest only what is given. */
export function plainRow(
  given: Pick<NewRow, 'idx' | 'slot' | 'instruction'> & Partial<NewRow>,
): NewRow {
  return {
    externalId: null,
    input: null,
    system: null,
    history: null,
    messages: null,
    tools: null,
    extra: null,
    keySet: 0,
    flags: 0,
    ...given,
  }
}

const INSERT_ROWS =
  'insert into rows (cell_no, idx, slot, external_id, instruction, input, system, history, messages, tools, extra, key_set, flags) values '
const INSERT_RESPONSES =
  'insert or replace into responses (set_no, idx, text, status, finish_reason) values '

/** Rows in one INSERT: a third fewer cycles than one by one; more gives nothing measurable. */
const ROWS_PER_INSERT = 8

function insertFlat(
  db: Db,
  head: string,
  key: number,
  fields: number,
  flat: readonly Cell[],
): void {
  const one = `(${key}${',?'.repeat(fields)})`
  const why = 'once a row of an import'
  const rows = Array.from({ length: ROWS_PER_INSERT }, () => one)
  const many = hotWrite(db, { why, sql: head + rows.join(',') })
  const step = fields * ROWS_PER_INSERT
  const whole = flat.length - (flat.length % step)
  for (let start = 0; start < whole; start += step) many.run(...flat.slice(start, start + step))
  if (whole === flat.length) return
  const single = hotWrite(db, { why, sql: head + one })
  for (let start = whole; start < flat.length; start += fields) {
    single.run(...flat.slice(start, start + fields))
  }
}

/** Adds a flat batch of rows to a staged cell; call inside `inTransaction`. */
export function appendFlatRows(db: Db, cellNo: number, flat: readonly Cell[]): void {
  insertFlat(db, INSERT_ROWS, Math.trunc(cellNo), ROW_FIELDS.length, flat)
}

/** Adds or replaces a flat batch of responses; call inside `inTransaction`. */
export function appendFlatResponses(db: Db, setNo: number, flat: readonly Cell[]): void {
  insertFlat(db, INSERT_RESPONSES, Math.trunc(setNo), RESPONSE_FIELDS.length, flat)
}

/** Adds rows to a staged cell; call inside `inTransaction` for a whole batch. */
export function appendRows(db: Db, cellNo: number, items: readonly NewRow[]): void {
  const flat: Cell[] = []
  for (const row of items) flattenRow(row, flat)
  appendFlatRows(db, cellNo, flat)
}

/** Adds or replaces responses of a set; call inside `inTransaction` for a whole batch. */
export function appendResponses(db: Db, setNo: number, items: readonly NewResponse[]): void {
  const flat: Cell[] = []
  for (const response of items) flattenResponse(response, flat)
  appendFlatResponses(db, setNo, flat)
  noteChange(db, [setNo])
}

/** Tells readers that the responses of these sets are others now. */
export function noteChange(db: Db, setNos: readonly number[]): void {
  db.update(responseSets)
    .set({ version: sql`${responseSets.version} + 1` })
    .where(inArray(responseSets.no, [...setNos]))
    .run()
}

/** What becomes known while rows are read. */
export interface Publication {
  /** Positions of the cell: highest row index + 1. Skipped rows leave gaps that `report.skipped` names. */
  rowCount: number
  report: ImportReport
  keySets: string[][]
  /** Slots that this cell shows the seed set to have; 0 when it says nothing about them. */
  slotCount: number
}

/**
 * Makes a staged cell visible in one small transaction: it takes the next revision of its place, an older revision is
 * superseded, its staged alignment gets its version. Returns the revision. Throws `conflict` when it is published already.
 */
export function publishCell(db: Db, cellNo: number, publication: Publication): number {
  return inTransaction(db, () => {
    const cell = db.select().from(cells).where(eq(cells.no, cellNo)).get()
    if (!cell) throw new AppError('not_found', 'The staged rows are gone. Start the import again.')
    if (cell.publishedAt !== null)
      throw new AppError('conflict', 'These rows are published already.')
    const now = Date.now()
    const samePlace = and(
      eq(cells.seedSetId, cell.seedSetId),
      cell.armId === null ? isNull(cells.armId) : eq(cells.armId, cell.armId),
      eq(cells.round, cell.round),
      isNotNull(cells.publishedAt),
    )
    const newest = db
      .select({ revision: max(cells.revision) })
      .from(cells)
      .where(samePlace)
      .get()
    const revision = (newest?.revision ?? 0) + 1
    db.update(cells)
      .set({ supersededAt: now })
      .where(and(samePlace, isNull(cells.supersededAt)))
      .run()
    db.update(cells)
      .set({
        publishedAt: now,
        revision,
        rowCount: publication.rowCount,
        report: publication.report,
        source: { ...cell.source, keySets: publication.keySets },
      })
      .where(eq(cells.no, cellNo))
      .run()
    publishAlignments(db, cellNo)
    db.update(seedSets)
      .set({ slotCount: sql`max(${seedSets.slotCount}, ${publication.slotCount})` })
      .where(eq(seedSets.id, cell.seedSetId))
      .run()
    return revision
  })
}

/** Gives the newest staged alignment of a cell the next version, which makes it the one that readers use. */
export function publishAlignments(db: Db, childCellNo: number): void {
  const versions = db
    .select({ no: alignments.no, version: alignments.version })
    .from(alignments)
    .where(eq(alignments.childCellNo, childCellNo))
    .all()
  const staged = versions.filter((entry) => entry.version < 1).sort((a, b) => b.no - a.no)[0]
  if (!staged) return
  const version = Math.max(0, ...versions.map((entry) => entry.version)) + 1
  db.update(alignments).set({ version }).where(eq(alignments.no, staged.no)).run()
}

function deleteInBatches(db: Db, table: string, key: string, no: number): void {
  const statement = hotWrite(db, {
    why: 'goes over every row of a file',
    sql: `delete from ${table} where rowid in (select rowid from ${table} where ${key} = ? limit ${DELETE_ROWS})`,
  })
  while (statement.run(no).changes > 0);
}

/** Removes an alignment and its links in short transactions. */
export function discardAlignment(db: Db, alignmentNo: number): void {
  deleteInBatches(db, 'links', 'alignment_no', alignmentNo)
  db.delete(alignments).where(eq(alignments.no, alignmentNo)).run()
}

/** An arm or seed set that only a failed import needed must not stay behind as an empty line of the study. */
function dropUnusedPlace(db: Db, seedSetId: string, armId: string | null): void {
  const isUsed = (condition: SQL) =>
    db.select({ no: cells.no }).from(cells).where(condition).limit(1).get() !== undefined
  if (armId !== null && !isUsed(eq(cells.armId, armId))) {
    db.delete(arms).where(eq(arms.id, armId)).run()
  }
  if (!isUsed(eq(cells.seedSetId, seedSetId))) {
    db.delete(seedSets).where(eq(seedSets.id, seedSetId)).run()
  }
}

/** Removes a cell with all its rows, responses and alignments in short transactions; also its arm and seed set when they hold nothing else. */
export function discardCell(db: Db, cellNo: number): void {
  const place = db
    .select({ seedSetId: cells.seedSetId, armId: cells.armId })
    .from(cells)
    .where(eq(cells.no, cellNo))
    .get()
  if (!place) return
  const sets = db
    .select({ no: responseSets.no })
    .from(responseSets)
    .where(eq(responseSets.cellNo, cellNo))
    .all()
  for (const set of sets) deleteInBatches(db, 'responses', 'set_no', set.no)
  const own = db
    .select({ no: alignments.no })
    .from(alignments)
    .where(eq(alignments.childCellNo, cellNo))
    .all()
  for (const alignment of own) discardAlignment(db, alignment.no)
  deleteInBatches(db, 'rows', 'cell_no', cellNo)
  db.delete(cells).where(eq(cells.no, cellNo)).run()
  dropUnusedPlace(db, place.seedSetId, place.armId)
}

/**
 * Removes what a crash left half written: cells that were never published and alignments without a version. Call it when
 * a worker starts, before any job runs. Returns the number of cells removed.
 */
export function cleanupStaging(db: Db): number {
  const staged = db.select({ no: cells.no }).from(cells).where(isNull(cells.publishedAt)).all()
  for (const cell of staged) discardCell(db, cell.no)
  const open = db
    .select({ no: alignments.no })
    .from(alignments)
    .where(sql`${alignments.version} < 1`)
    .all()
  for (const alignment of open) discardAlignment(db, alignment.no)
  return staged.length
}
