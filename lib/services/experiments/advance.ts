import { eq } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { stages } from '@/db/schema'
import { enqueue, getJob } from '@/lib/queue/queue'
import { placedStages, stagesBefore, type ExperimentRow, type PlacedStage } from './records'

/** Returns whether everything that a stage reads is there. */
export function isReady(all: readonly PlacedStage[], placed: PlacedStage): boolean {
  return stagesBefore(all, placed).every(({ row }) => row.doneAt !== null)
}

/** Returns the job of a stage; null when it has none, it was purged, or it is that of the study that this one is a copy of. */
export function jobOf(db: Db, { studyId }: Pick<ExperimentRow, 'studyId'>, { row }: PlacedStage) {
  if (row.jobId === null) return null
  try {
    const job = getJob(db, row.jobId)
    return job.studyId === studyId ? job : null
  } catch {
    return null
  }
}

/** Whether a stage waits for nothing but its turn: no job works on it, and none ended without success. */
function isOpen(db: Db, experiment: ExperimentRow, placed: PlacedStage): boolean {
  if (placed.row.doneAt !== null) return false
  const job = jobOf(db, experiment, placed)
  return job === null || job.state === 'succeeded'
}

/**
 * Queues a job for each stage whose inputs are all there. Those of different backends run side by side. A stage whose job
 * failed or was cancelled waits until that job is started again.
 */
export function advance(db: Db, experiment: ExperimentRow): void {
  inTransaction(db, () => {
    const all = placedStages(db, experiment)
    for (const placed of all) {
      if (!isOpen(db, experiment, placed) || !isReady(all, placed)) continue
      const { stage, arm, row } = placed
      const label = experiment.plan.arms.find(({ key }) => key === arm)?.label
      const job = enqueue(db, {
        kind: 'stage',
        payload: { experimentId: experiment.id, arm, stage: stage.id },
        names: {
          experiment: experiment.plan.name,
          stage: label === undefined ? stage.label : `${stage.label} of ${label}`,
        },
        studyId: experiment.studyId,
        budget: experiment.plan.budget,
      })
      db.update(stages).set({ jobId: job.id }).where(eq(stages.no, row.no)).run()
    }
  })
}
