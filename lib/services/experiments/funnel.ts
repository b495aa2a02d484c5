import { and, count, inArray, isNotNull, lte, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { stageItems } from '@/db/schema'
import type { StageInfo, StageState } from '@/lib/contracts/experiment'
import type { Job } from '@/lib/contracts/job'
import { isReady, jobOf } from './advance'
import { answersOf, cellsToAnswer, EXAMPLE_CHARACTERS } from './answers'
import { stagesBefore, type ExperimentRow, type PlacedStage } from './records'

/** Shown of each reason. */
const EXAMPLES = 3

/** How the items of a stage came out. */
export type Funnel = Pick<StageInfo, 'counts' | 'reasons'>

const noItems = (): Funnel => ({
  counts: { ok: 0, repaired: 0, failed: 0, dropped: 0 },
  reasons: [],
})

/** Returns how the items of all stages of an experiment came out, by number of the stage. */
export function funnelsOf(db: Db, stageNos: readonly number[]): Map<number, Funnel> {
  const { stageNo, status, reason, key, position, raw, message } = stageItems
  const isOf = inArray(stageNo, [...stageNos])
  const groups = db
    .select({ stageNo, status, reason, count: count() })
    .from(stageItems)
    .where(isOf)
    .groupBy(stageNo, status, reason)
    .all()
  const ranked = db
    .select({
      stageNo,
      status,
      reason,
      key,
      position,
      raw: sql<string>`substr(coalesce(${message}, ${raw}, ''), 1, ${EXAMPLE_CHARACTERS})`.as(
        'example',
      ),
      nth: sql<number>`row_number() over (partition by ${stageNo}, ${status}, ${reason} order by ${position})`.as(
        'nth',
      ),
    })
    .from(stageItems)
    .where(and(isOf, isNotNull(reason)))
    .as('ranked')
  const examples = db
    .select()
    .from(ranked)
    .where(lte(ranked.nth, EXAMPLES))
    .orderBy(ranked.position)
    .all()
  const funnels = new Map<number, Funnel>()
  for (const group of groups.sort((one, other) => other.count - one.count)) {
    const funnel = funnels.get(group.stageNo) ?? noItems()
    funnels.set(group.stageNo, funnel)
    funnel.counts[group.status] += group.count
    if (group.reason === null) continue
    const isLike = (item: (typeof examples)[number]) =>
      item.stageNo === group.stageNo && item.status === group.status && item.reason === group.reason
    funnel.reasons.push({
      status: group.status,
      reason: group.reason,
      count: group.count,
      examples: examples.filter(isLike).map((item) => ({ key: item.key, raw: item.raw })),
    })
  }
  return funnels
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

/** Returns a stage with its state and its funnel: how many items went in, how they came out, and why, with examples; `items` is its part of `funnelsOf`. */
export function stageInfo(
  db: Db,
  experiment: ExperimentRow,
  all: readonly PlacedStage[],
  placed: PlacedStage,
  items: Funnel = noItems(),
): StageInfo {
  const { stage, arm, row } = placed
  const job = jobOf(db, experiment, placed)
  const funnel =
    stage.kind === 'respond'
      ? answersOf(db, cellsToAnswer(db, experiment, all, { ...placed, stage }), placed)
      : { total: row.total, ...items }
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
