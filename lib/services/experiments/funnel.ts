import { and, asc, count, eq, isNotNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { stageItems } from '@/db/schema'
import type { StageInfo, StageState } from '@/lib/contracts/experiment'
import type { Job } from '@/lib/contracts/job'
import { isReady, jobOf } from './advance'
import { answersOf, cellsToAnswer, EXAMPLE_CHARACTERS } from './answers'
import { stagesBefore, type ExperimentRow, type PlacedStage } from './records'

/** Shown of each reason. */
const EXAMPLES = 3

function reasonsOf(db: Db, stageNo: number): StageInfo['reasons'] {
  const { status, reason, key, position, raw, message } = stageItems
  const groups = db
    .select({ status, reason, count: count() })
    .from(stageItems)
    .where(and(eq(stageItems.stageNo, stageNo), isNotNull(reason)))
    .groupBy(status, reason)
    .all()
  return groups
    .sort((a, b) => b.count - a.count)
    .map((group) => ({
      ...group,
      reason: group.reason ?? '',
      examples: db
        .select({ key, raw, message })
        .from(stageItems)
        .where(
          and(
            eq(stageItems.stageNo, stageNo),
            eq(status, group.status),
            eq(reason, group.reason ?? ''),
          ),
        )
        .orderBy(asc(position))
        .limit(EXAMPLES)
        .all()
        .map((item) => ({
          key: item.key,
          raw: (item.message ?? item.raw ?? '').slice(0, EXAMPLE_CHARACTERS),
        })),
    }))
}

function countsOf(db: Db, stageNo: number): StageInfo['counts'] {
  const found = db
    .select({ status: stageItems.status, count: count() })
    .from(stageItems)
    .where(eq(stageItems.stageNo, stageNo))
    .groupBy(stageItems.status)
    .all()
  const of = (status: keyof StageInfo['counts']) =>
    found.find((group) => group.status === status)?.count ?? 0
  return { ok: of('ok'), repaired: of('repaired'), failed: of('failed'), dropped: of('dropped') }
}

const STATE_OF_JOB: Record<Job['state'], StageState> = {
  queued: 'ready',
  running: 'running',
  paused: 'paused',
  failed: 'failed',
  cancelled: 'failed',
  succeeded: 'ready',
}

function stateOf(
  all: readonly PlacedStage[],
  placed: PlacedStage,
  job: Job | null,
): Pick<StageInfo, 'state' | 'why'> {
  if (placed.row.doneAt !== null) return { state: 'done', why: null }
  if (!isReady(all, placed)) {
    const missing = stagesBefore(all, placed).filter(({ row }) => row.doneAt === null)
    const names = [...new Set(missing.map(({ stage }) => stage.label))].join(', ')
    return { state: 'waiting', why: `waits for ${names}` }
  }
  if (job === null) return { state: 'ready', why: 'has no job; continue the experiment' }
  if (job.state === 'cancelled') return { state: 'failed', why: 'cancelled' }
  return { state: STATE_OF_JOB[job.state], why: job.error }
}

/** Returns a stage with its state and its funnel: how many items went in, how they came out, and why, with examples. */
export function stageInfo(
  db: Db,
  experiment: ExperimentRow,
  all: readonly PlacedStage[],
  placed: PlacedStage,
): StageInfo {
  const { stage, arm, row } = placed
  const job = jobOf(db, experiment, placed)
  const funnel =
    stage.kind === 'respond'
      ? answersOf(db, cellsToAnswer(db, experiment, all, { ...placed, stage }))
      : { total: row.total, counts: countsOf(db, row.no), reasons: reasonsOf(db, row.no) }
  return {
    arm,
    stage: stage.id,
    label: stage.label,
    explains: stage.explains,
    kind: stage.kind,
    after: [...stage.after],
    ...stateOf(all, placed, job),
    ...funnel,
    isRetryable:
      row.doneAt !== null &&
      (stage.kind === 'ask' || stage.kind === 'respond') &&
      funnel.counts.failed > 0,
    cells: row.cells,
    jobId: row.jobId,
    job,
  }
}
