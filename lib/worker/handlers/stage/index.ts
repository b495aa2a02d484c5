import { eq } from 'drizzle-orm'
import { stages } from '@/db/schema'
import { advance } from '@/lib/services/experiments/advance'
import { stageData } from '@/lib/services/experiments/data'
import {
  experimentRow,
  placedStage,
  type ExperimentRow,
  type PlacedStage,
} from '@/lib/services/experiments/records'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { defineJob, type WorkerContext } from '@/lib/worker/types'
import { runAskStage } from './ask'
import { runMeasureStage } from './measure'
import { modelsOf } from './models'
import { publishDrafts } from './publish'
import { runRespondStage } from './respond'
import { runWorkStage } from './work'

async function carryOut(
  context: WorkerContext,
  experiment: ExperimentRow,
  placed: PlacedStage,
): Promise<Record<string, unknown>> {
  const { stage } = placed
  const data = stageData(context.db, experiment, placed)
  switch (stage.kind) {
    case 'ask':
      return runAskStage(context, experiment, placed, { stage, data })
    case 'work':
      return runWorkStage(context, placed, { stage, data })
    case 'respond':
      return runRespondStage(context, experiment, placed, stage)
    case 'measure':
      return runMeasureStage(context, experiment)
  }
}

function load({ db }: Pick<WorkerContext, 'db'>, payload: JobPayload<'stage'>) {
  const experiment = experimentRow(db, payload.experimentId)
  return { experiment, placed: placedStage(db, experiment, payload.arm, payload.stage) }
}

async function run(context: WorkerContext, payload: JobPayload<'stage'>) {
  const { experiment, placed } = load(context, payload)
  const definition = await carryOut(context, experiment, placed)
  const { stage, row } = placed
  // Read anew: the stage's own items are there now.
  const drafts = stage.publish?.(stageData(context.db, experiment, placed)) ?? []
  const cells =
    drafts.length > 0 ? await publishDrafts(context, experiment, placed, drafts, definition) : []
  context.commit(() => {
    context.db
      .update(stages)
      .set({ definition, cells, doneAt: Date.now() })
      .where(eq(stages.no, row.no))
      .run()
    advance(context.db, experiment)
  })
  return { cellIds: cells }
}

/** One stage of one arm of an experiment; it queues the stages that read it. */
export const stageJob = defineJob(JOBS.stage, {
  backends: ({ db }, payload) => {
    const { experiment, placed } = load({ db }, payload)
    const { backend, judge } = modelsOf(experiment.plan, placed.stage, placed.arm)
    return [...new Set([backend, judge])].filter((id) => id !== null)
  },
  run,
})
