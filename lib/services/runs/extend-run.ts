import { randomUUID } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { runCells, runs } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { RunDefinition, RowSet } from '@/lib/contracts/run'
import { statusCode } from '@/lib/contracts/status'
import { columnsOwner, getMeasured } from '@/lib/metrics'
import { currentResponseSet, newestAlignment, type CellRef } from '../cells'
import { definitionHash, emptyRecord } from './definition'
import { allChunks, countRows, OUTSIDE, PENDING, readRowStatus, writeRowStatus } from './row-status'
import type { Members } from './row-sets'

const NO_RESPONSE = statusCode('no_response')

/** A stored run. */
export type RunRow = typeof runs.$inferSelect

/** A cell as a run will read it: which responses and which parents. */
export interface RunCellPlan {
  cell: CellRef
  members: Members
  responseSetNo: number | null
  alignmentNo: number | null
}

/** Returns how a metric with these inputs reads a cell now. */
export function planCell(
  db: Db,
  cell: CellRef,
  members: Members,
  inputs: { response: boolean; parent: boolean },
): RunCellPlan {
  return {
    cell,
    members,
    responseSetNo: inputs.response ? (currentResponseSet(db, cell.no)?.no ?? null) : null,
    alignmentNo: inputs.parent ? (newestAlignment(db, cell.no)?.no ?? null) : null,
  }
}

function fits(db: Db, run: RunRow, plans: readonly RunCellPlan[]): boolean {
  const stored = new Map(
    db
      .select()
      .from(runCells)
      .where(eq(runCells.runNo, run.no))
      .all()
      .map((entry) => [entry.cellNo, entry]),
  )
  return plans.every(({ cell, responseSetNo, alignmentNo }) => {
    const before = stored.get(cell.no)
    return !before || (before.responseSetNo === responseSetNo && before.alignmentNo === alignmentNo)
  })
}

/** Returns the newest run of the same definition and row set that reads these cells the same way, or null. */
export function findRun(
  db: Db,
  studyId: string,
  hash: string,
  rowSet: RowSet,
  plans: readonly RunCellPlan[],
): RunRow | null {
  const wanted = canonicalJson(rowSet)
  const found = db
    .select()
    .from(runs)
    .where(and(eq(runs.studyId, studyId), eq(runs.definitionHash, hash), isNull(runs.deletedAt)))
    .orderBy(desc(runs.no))
    .all()
  return found.find((run) => canonicalJson(run.rowSet) === wanted && fits(db, run, plans)) ?? null
}

/** Adds a run without rows and returns it. */
export function createRun(
  db: Db,
  input: {
    studyId: string
    definition: RunDefinition
    rowSet: RowSet
    backend: { id: string; label: string } | null
  },
): RunRow {
  const { studyId, definition, rowSet, backend } = input
  return db
    .insert(runs)
    .values({
      id: randomUUID(),
      studyId,
      metricId: columnsOwner(getMeasured(definition.metric), definition.params).id,
      metricVersion: definition.metricVersion,
      definition,
      definitionHash: definitionHash(definition),
      rowSet,
      record: emptyRecord(backend?.label ?? null),
      backendId: backend?.id ?? null,
      createdAt: Date.now(),
    })
    .returning()
    .get()
}

function memberStatus(plan: RunCellPlan): Uint8Array {
  const { cell, members } = plan
  const status = new Uint8Array(cell.rowCount).fill(members === null ? PENDING : OUTSIDE)
  if (members === null) for (const idx of cell.skipped) status[idx] = OUTSIDE
  else for (const idx of members) status[idx] = PENDING
  return status
}

/** Makes rows pending that had no response when the run read them and have one now; returns how many. */
function reopenAnswered(db: Db, status: Uint8Array, responseSetNo: number | null): number {
  if (responseSetNo === null || !status.includes(NO_RESPONSE)) return 0
  const answered = hotRead(db, {
    why: 'one number for every response of a file',
    sql: 'select idx from responses where set_no = ? and status = ?',
    row: z.number(),
  }).all(responseSetNo, statusCode('ok'))
  const open = answered.filter((idx) => status[idx] === NO_RESPONSE)
  for (const idx of open) status[idx] = PENDING
  return open.length
}

/** Adds the cell's rows to the run where they are not in it yet; returns how many rows are still to be done there. */
export function addCell(db: Db, runNo: number, plan: RunCellPlan): number {
  const { cell, responseSetNo, alignmentNo } = plan
  const before = db
    .select()
    .from(runCells)
    .where(and(eq(runCells.runNo, runNo), eq(runCells.cellNo, cell.no)))
    .get()
  const wanted = memberStatus(plan)
  const status = before ? readRowStatus(db, runNo, cell.no, cell.rowCount) : wanted
  let added = before ? 0 : 1
  if (before) {
    added += reopenAnswered(db, status, responseSetNo)
    wanted.forEach((code, idx) => {
      if (code !== PENDING || status[idx] !== OUTSIDE) return
      status[idx] = PENDING
      added += 1
    })
  }
  const counts = countRows(status)
  if (added > 0) {
    if (before || status.includes(OUTSIDE))
      writeRowStatus(db, runNo, cell.no, status, allChunks(cell.rowCount))
    const changes = {
      total: counts.total,
      done: counts.done,
      valued: counts.valued,
      version: (before?.version ?? 0) + 1,
      finishedAt: null,
    }
    db.insert(runCells)
      .values({ runNo, cellNo: cell.no, responseSetNo, alignmentNo, ...changes })
      .onConflictDoUpdate({ target: [runCells.runNo, runCells.cellNo], set: changes })
      .run()
  }
  return counts.total - counts.done
}

/** Returns the run that its metric's columns show by default in a study; undefined when none is, or it cannot be read. */
export function pinnedRun(
  db: Db,
  { studyId, metricId }: Pick<RunRow, 'studyId' | 'metricId'>,
): RunRow | undefined {
  const isMetric = and(eq(runs.studyId, studyId), eq(runs.metricId, metricId))
  const query = db
    .select()
    .from(runs)
    .where(and(isMetric, eq(runs.pinned, true), isNull(runs.deletedAt)))
  return readableRows(() => query.all()).rows[0]
}

/** Shows a run by default for its metric when none is, or when it goes on from the one that is. */
export function pinIfFirst(db: Db, run: RunRow): void {
  const pinned = pinnedRun(db, run)
  if (pinned && pinned.definitionHash !== run.definitionHash) return
  // A sample does not take the place of a whole run of the same definition.
  if (pinned && pinned.rowSet.kind === 'all' && run.rowSet.kind !== 'all') return
  if (pinned) db.update(runs).set({ pinned: false }).where(eq(runs.no, pinned.no)).run()
  db.update(runs).set({ pinned: true }).where(eq(runs.no, run.no)).run()
}
