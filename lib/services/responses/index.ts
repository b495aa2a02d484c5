import { and, desc, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { arms, cells, responses, responseSets, runCells, runs } from '@/db/schema'
import { FROM_FILES, type ChangeSet, type ResponseSet } from '@/lib/contracts/responses'
import type { RowResponse } from '@/lib/contracts/rows'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import { statusOf } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { currentCells, currentResponseSet, setKeyOf, type ResponseSetRow } from '../cells'
import { answersIn } from './answers'

const KEY = sql<string>`coalesce(${responseSets.definitionHash}, ${responseSets.kind})`

function shownLabel({ kind, label }: ResponseSetRow): string {
  return kind === 'imported' ? FROM_FILES : label
}

function noSuchSet(): AppError {
  return new AppError('not_found', 'This study has no such set of responses; it may be deleted.')
}

/** The stored sets of a study that a condition chooses, newest first, each with the id of its file. */
function storedSets(db: Db, studyId: string, which: ReturnType<typeof and>) {
  return db
    .select({ set: responseSets, cellId: cells.id })
    .from(responseSets)
    .innerJoin(cells, eq(cells.no, responseSets.cellNo))
    .where(and(eq(cells.studyId, studyId), isNotNull(cells.publishedAt), which))
    .orderBy(desc(responseSets.no))
    .all()
}

function runsByKey(db: Db, studyId: string): Map<string, number> {
  const found = db
    .select({ key: KEY, n: sql<number>`count(distinct ${runs.no})` })
    .from(runCells)
    .innerJoin(runs, eq(runs.no, runCells.runNo))
    .innerJoin(responseSets, eq(responseSets.no, runCells.responseSetNo))
    .where(and(eq(runs.studyId, studyId), isNull(runs.deletedAt)))
    .groupBy(KEY)
    .all()
  return new Map(found.map(({ key, n }) => [key, n]))
}

/** Returns the response sets of a study over its current files, newest first. */
export function listResponseSets(db: Db, studyId: string): ResponseSet[] {
  const current = new Map(currentCells(db, studyId).map((cell) => [cell.no, cell]))
  const facts = db
    .select({ no: cells.no, report: cells.report, label: arms.label })
    .from(cells)
    .leftJoin(arms, eq(arms.id, cells.armId))
    .where(inArray(cells.no, [...current.keys()]))
    .all()
  const factsOf = new Map(facts.map((one) => [one.no, one]))
  const scored = runsByKey(db, studyId)
  const found = new Map<string, ResponseSet>()
  for (const { set } of storedSets(db, studyId, isNull(responseSets.deletedAt))) {
    const cell = current.get(set.cellNo)
    if (!cell) continue
    const key = setKeyOf(set)
    const { kind, definition, createdAt } = set
    const one = found.get(key) ?? {
      key,
      label: shownLabel(set),
      kind: kind === 'imported' ? 'imported' : 'generated',
      definition,
      createdAt,
      files: [],
      runs: scored.get(key) ?? 0,
    }
    const fact = factsOf.get(cell.no)
    const rows = cell.rowCount - cell.skipped.length
    one.files.push({
      cellId: cell.id,
      seedSetKey: cell.seedSetKey,
      evolver: fact?.label ?? SEEDS_LABEL,
      round: cell.round,
      rows,
      ...answersIn(db, set, { rows, flags: fact?.report?.flags ?? {} }),
      isCurrent: currentResponseSet(db, cell.no)?.no === set.no,
    })
    found.set(key, one)
  }
  const order = [...current.values()].map(({ id }) => id)
  for (const { files } of found.values()) {
    files.sort((a, b) => order.indexOf(a.cellId) - order.indexOf(b.cellId))
  }
  // Files without any response have a set as well, of rows that lack one.
  const isEmpty = ({ kind, files }: ResponseSet) =>
    kind === 'imported' && files.every(({ answered }) => answered === 0)
  return [...found.values()].filter((set) => !isEmpty(set))
}

/** Returns one response set of a study; throws `not_found`. */
export function getResponseSet(db: Db, studyId: string, key: string): ResponseSet {
  const found = listResponseSets(db, studyId).find((set) => set.key === key)
  if (!found) throw noSuchSet()
  return found
}

/** Throws `not_found` where a study has no set of this key. */
export function checkSet(db: Db, studyId: string, key: string): void {
  const which = and(isNull(responseSets.deletedAt), eq(KEY, key))
  if (storedSets(db, studyId, which).length === 0) throw noSuchSet()
}

/** Returns the stored set of this key in a cell; null where the cell has none. */
export function setInCell(db: Db, cellNo: number, key: string): ResponseSetRow | null {
  const which = and(eq(responseSets.cellNo, cellNo), isNull(responseSets.deletedAt), eq(KEY, key))
  const query = db.select().from(responseSets).where(which).orderBy(desc(responseSets.no))
  return query.limit(1).get() ?? null
}

/** Makes a set the one that pages show and runs score for its file. */
export function pinSet(db: Db, { no, cellNo }: Pick<ResponseSetRow, 'no' | 'cellNo'>): void {
  db.update(responseSets)
    .set({ pinned: sql`${responseSets.no} = ${no}` as never })
    .where(eq(responseSets.cellNo, cellNo))
    .run()
}

/** Renames a set or makes it the current one of files, and returns it. Throws `not_found`. */
export function changeResponseSet(
  db: Db,
  studyId: string,
  key: string,
  { label, current }: ChangeSet,
): ResponseSet {
  inTransaction(db, () => {
    const which = and(isNull(responseSets.deletedAt), eq(KEY, key))
    const stored = storedSets(db, studyId, which)
    const [first] = stored
    if (!first) throw noSuchSet()
    if (label !== undefined) {
      if (first.set.kind === 'imported') {
        throw new AppError('invalid_input', 'Responses of the files are named after their files.')
      }
      const taken = listResponseSets(db, studyId).some(
        (other) => other.key !== key && other.label === label,
      )
      if (taken) {
        throw new AppError('conflict', `Another set is called "${label}". Choose another name.`)
      }
      const numbers = stored.map(({ set }) => set.no)
      db.update(responseSets).set({ label }).where(inArray(responseSets.no, numbers)).run()
    }
    if (current === undefined) return
    const wanted = current === 'all' ? stored.map(({ cellId }) => cellId) : current
    for (const id of wanted) {
      const found = stored.find(({ cellId }) => cellId === id)
      if (!found) {
        throw new AppError('not_found', 'This set has no responses for one of these files.')
      }
      pinSet(db, found.set)
    }
  })
  return getResponseSet(db, studyId, key)
}

/** Deletes a set that was written here; it can be restored for seven days. Another set of each file becomes current. */
export function deleteResponseSet(db: Db, studyId: string, key: string): void {
  inTransaction(db, () => {
    const which = and(isNull(responseSets.deletedAt), eq(KEY, key))
    const stored = storedSets(db, studyId, which).map(({ set }) => set)
    if (stored.length === 0) throw noSuchSet()
    if (stored.some(({ kind }) => kind === 'imported')) {
      throw new AppError(
        'invalid_input',
        'Responses that came with files are deleted with their files. Make another set the current one instead.',
      )
    }
    db.update(responseSets)
      .set({ deletedAt: Date.now(), pinned: false })
      .where(
        inArray(
          responseSets.no,
          stored.map(({ no }) => no),
        ),
      )
      .run()
  })
}

/** Undoes the deletion of a set and returns it. Throws `conflict` where the same responses were written again since. */
export function restoreResponseSet(db: Db, studyId: string, key: string): ResponseSet {
  inTransaction(db, () => {
    // A set of which only the name is kept, for the runs that scored it, was deleted at 0.
    const deleted = storedSets(db, studyId, and(gt(responseSets.deletedAt, 0), eq(KEY, key)))
    const last = Math.max(...deleted.map(({ set }) => set.deletedAt ?? 0))
    const sets = deleted.map(({ set }) => set).filter(({ deletedAt }) => deletedAt === last)
    if (sets.length === 0) throw noSuchSet()
    if (sets.some(({ cellNo }) => setInCell(db, cellNo, key) !== null)) {
      throw new AppError(
        'conflict',
        'Responses of the same definition were written since. Delete those first.',
      )
    }
    const numbers = sets.map(({ no }) => no)
    db.update(responseSets).set({ deletedAt: null }).where(inArray(responseSets.no, numbers)).run()
  })
  return getResponseSet(db, studyId, key)
}

/** Returns the responses of one row in all sets of its file, the current one first. */
export function responsesOfRow(db: Db, cellNo: number, idx: number): RowResponse[] {
  const current = currentResponseSet(db, cellNo)?.no
  const { text, status, finishReason } = responses
  const found = db
    .select({ set: responseSets, text, status, finishReason })
    .from(responseSets)
    .leftJoin(responses, and(eq(responses.setNo, responseSets.no), eq(responses.idx, idx)))
    .where(and(eq(responseSets.cellNo, cellNo), isNull(responseSets.deletedAt)))
    .orderBy(desc(responseSets.no))
    .all()
  return found
    .map(({ set, status: code, ...response }) => ({
      key: setKeyOf(set),
      label: shownLabel(set),
      isCurrent: set.no === current,
      ...response,
      status: code === null ? 'no_response' : statusOf(code).name,
    }))
    .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
}
