import { and, asc, eq, isNull, type SQL } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { experiments, stageItems, stages } from '@/db/schema'
import type { Plan, StageItem } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { stagesOf, type Stage } from '@/lib/evolution'

/** A stored experiment. */
export type ExperimentRow = typeof experiments.$inferSelect

/** A stored stage of one arm. */
export type StageRow = typeof stages.$inferSelect

/** Returns an experiment of any study by id; `not_found` when there is none. */
export function experimentRow(db: Db, id: string, studyId?: string): ExperimentRow {
  const row = db
    .select()
    .from(experiments)
    .where(
      and(
        eq(experiments.id, id),
        isNull(experiments.deletedAt),
        studyId === undefined ? undefined : eq(experiments.studyId, studyId),
      ),
    )
    .get()
  if (!row)
    throw new AppError('not_found', 'There is no such experiment; it may have been deleted.')
  return row
}

/** A stage of the plan on one arm, with what is stored of it. */
export interface PlacedStage {
  stage: Stage
  /** Key of the arm; empty where all arms share the stage. */
  arm: string
  row: StageRow
}

/** Returns each stage of a plan with the arm that carries it out, in order, arm by arm within each. */
export function placesOf(plan: Plan): { stage: Stage; arm: string }[] {
  return stagesOf(plan).flatMap((stage) =>
    (stage.isShared ? [''] : plan.arms.map(({ key }) => key)).map((arm) => ({ stage, arm })),
  )
}

/** Makes the missing rows of a plan's stages; those that the plan no longer has stay as they are. */
export function ensureStages(db: Db, { no, plan }: ExperimentRow): void {
  for (const { stage, arm } of placesOf(plan)) {
    db.insert(stages)
      .values({ experimentNo: no, arm, stage: stage.id, cells: [] })
      .onConflictDoNothing()
      .run()
  }
}

/** Returns the stages of an experiment in order, arm by arm within each. */
export function placedStages(db: Db, experiment: ExperimentRow): PlacedStage[] {
  const stored = db.select().from(stages).where(eq(stages.experimentNo, experiment.no)).all()
  return placesOf(experiment.plan).flatMap(({ stage, arm }) => {
    const row = stored.find((one) => one.stage === stage.id && one.arm === arm)
    return row ? [{ stage, arm, row }] : []
  })
}

/** Returns one stage of an experiment; `not_found` when its plan has none of this name. */
export function placedStage(
  db: Db,
  experiment: ExperimentRow,
  arm: string,
  stageId: string,
  all: readonly PlacedStage[] = placedStages(db, experiment),
): PlacedStage {
  const found = all.find((placed) => placed.arm === arm && placed.stage.id === stageId)
  if (found) return found
  const names = [...new Set(all.map(({ stage }) => stage.id))].join(', ')
  throw new AppError(
    'not_found',
    `There is no stage "${stageId}" of "${arm}". There are: ${names}.`,
  )
}

/** Returns the stages that must be done before this one: of its own arm, or of all arms where it is shared. */
export function stagesBefore(all: readonly PlacedStage[], { stage, arm }: PlacedStage) {
  return all.filter(
    (other) =>
      stage.after.includes(other.stage.id) &&
      (stage.isShared || other.arm === '' || other.arm === arm),
  )
}

/** Returns all stages that read what this one makes, directly or by way of others. */
export function stagesAfter(all: readonly PlacedStage[], from: PlacedStage): PlacedStage[] {
  const found = new Set<PlacedStage>()
  const add = (one: PlacedStage) => {
    for (const other of all) {
      if (found.has(other) || !stagesBefore(all, other).includes(one)) continue
      found.add(other)
      add(other)
    }
  }
  add(from)
  return [...found]
}

/** Returns the items of a stage by position: all, or a page of those that a condition chooses. */
export function itemsOf(
  db: Db,
  stageNo: number,
  where: SQL | undefined = eq(stageItems.stageNo, stageNo),
  page: { offset: number; limit: number } = { offset: 0, limit: -1 },
): StageItem[] {
  const { key, position, status, reason, raw, message, finishReason, attempt, value } = stageItems
  return db
    .select({ key, position, status, reason, raw, message, finishReason, attempt, value })
    .from(stageItems)
    .where(where)
    .orderBy(asc(position), asc(key))
    .limit(page.limit)
    .offset(page.offset)
    .all()
}
