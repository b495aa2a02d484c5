import { and, eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { runCells, runs } from '@/db/schema'
import { modelChanged } from '@/lib/backends/session/endpoint-pool'
import type { ModelIdentity } from '@/lib/backends/types'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { RunDefinition } from '@/lib/contracts/run'
import { replacePayload } from '@/lib/queue/lookups'
import { definitionHash, pendingBackend } from '@/lib/services/runs/definition'
import { addCell, findRun, type RunCellPlan, type RunRow } from '@/lib/services/runs/extend-run'
import { PENDING, readRowStatus } from '@/lib/services/runs/row-status'
import { modelChange } from '@/lib/services/backends/fingerprints'
import { pauseError } from '@/lib/worker/pause'
import type { WorkerContext, MeteredSession } from '@/lib/worker/types'
import { runCellList } from './run-state'

function plansOf(db: Db, run: RunRow): RunCellPlan[] {
  return runCellList(db, run.no).map(({ cellNo, cellId, rowCount, responseSetNo, alignmentNo }) => {
    const members: number[] = []
    readRowStatus(db, run.no, cellNo, rowCount).forEach((code, idx) => {
      if (code === PENDING) members.push(idx)
    })
    const cell = {
      no: cellNo,
      id: cellId,
      rowCount,
      studyId: run.studyId,
      seedSetId: '',
      seedSetKey: '',
      armId: null,
      armKey: null,
      round: 0,
      revision: 0,
      skipped: [],
    }
    return { cell, members: Int32Array.from(members), responseSetNo, alignmentNo }
  })
}

/** Moves the job to a run that has this definition already; the one made before the model was known goes. */
function adopt(
  context: WorkerContext,
  run: RunRow,
  existing: RunRow,
  plans: readonly RunCellPlan[],
): RunRow {
  const { db, job } = context
  for (const plan of plans) addCell(db, existing.no, plan)
  db.delete(runs).where(eq(runs.no, run.no)).run()
  if (run.pinned) {
    db.update(runs)
      .set({ pinned: false })
      .where(and(eq(runs.studyId, run.studyId), eq(runs.metricId, run.metricId)))
      .run()
    db.update(runs).set({ pinned: true }).where(eq(runs.no, existing.no)).run()
  }
  replacePayload(db, job.no, 'compute', { runId: existing.id })
  return { ...existing, pinned: existing.pinned || run.pinned }
}

function hasResults(db: Db, run: RunRow): boolean {
  return db
    .select({ done: runCells.done })
    .from(runCells)
    .where(eq(runCells.runNo, run.no))
    .all()
    .some((cell) => cell.done > 0)
}

/**
 * Returns the run with the model of the open session in its definition and record. A run that has results of another model
 * pauses its job (`model_changed`): mixing them would make one column of two things.
 */
export function settleModel(
  context: WorkerContext,
  run: RunRow,
  session: MeteredSession | null,
): RunRow {
  const { db } = context
  const model = session ? (session.identity as unknown as Record<string, unknown>) : null
  const fingerprint = session?.fingerprint ?? null
  const before = run.record.fingerprint ?? null
  const isStated = canonicalJson(model) === canonicalJson(run.definition.model)
  if (isStated && fingerprint === before) return run
  if (hasResults(db, run)) {
    const was = run.definition.model as ModelIdentity | null
    const now = session && { identity: session.identity, fingerprint }
    const why =
      was && now
        ? modelChange(db, { identity: was, fingerprint: before }, now)
        : 'the run needs another kind of model.'
    throw pauseError('model_changed', modelChanged(was?.model ?? 'none', why))
  }
  if (!isStated && pendingBackend(run.definition) === null) {
    context.log('warn', 'The backend serves another model, or states it otherwise, than last time.')
  }
  const definition: RunDefinition = { ...run.definition, model }
  const hash = definitionHash(definition)
  const record = { ...run.record, fingerprint }
  let settled: RunRow = { ...run, definition, definitionHash: hash, record }
  context.commit(() => {
    const plans = plansOf(db, run)
    const existing = findRun(db, run.studyId, hash, run.rowSet, plans)
    if (existing && existing.no !== run.no) settled = adopt(context, run, existing, plans)
    else {
      const changes = { definition, definitionHash: hash, record }
      db.update(runs).set(changes).where(eq(runs.no, run.no)).run()
    }
  })
  // The run that was there already may be from before models were recognised.
  return settled.no === run.no ? settled : settleModel(context, settled, session)
}
