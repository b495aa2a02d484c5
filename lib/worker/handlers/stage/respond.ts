import { eq } from 'drizzle-orm'
import { stages } from '@/db/schema'
import type { RespondStage } from '@/lib/evolution'
import { cellsToAnswer } from '@/lib/services/experiments/answers'
import {
  placedStages,
  type ExperimentRow,
  type PlacedStage,
} from '@/lib/services/experiments/records'
import { promptChoice } from '@/lib/services/prompts'
import { responseDefinition, setLabel } from '@/lib/services/responses/open'
import type { WorkerContext } from '@/lib/worker/types'
import { respondToCell } from '../respond/respond-to-cell'
import { openSame } from './models'

/** Answers the files of a stage by the plan's writer, as response sets of their own, and returns what decided them. */
export async function runRespondStage(
  context: WorkerContext,
  experiment: ExperimentRow,
  placed: PlacedStage,
  stage: RespondStage,
): Promise<Record<string, unknown>> {
  const { db } = context
  const { responses: settings } = experiment.plan
  const all = placedStages(db, experiment)
  const cells = cellsToAnswer(db, experiment, all, { ...placed, stage })
  if (!settings || cells.length === 0) return {}
  const session = await openSame(context, experiment, settings.backend)
  const promptOf = promptChoice(db, settings.prompts)
  const definition = responseDefinition(session.identity, settings, promptOf)
  // The funnel reads the set of this definition while it is written.
  context.commit(() =>
    db.update(stages).set({ definition }).where(eq(stages.no, placed.row.no)).run(),
  )
  const naming = { backend: session.label, settings, wanted: null }
  const label = setLabel(db, experiment.studyId, definition, naming)
  const total = cells.reduce((sum, { rowCount }) => sum + rowCount, 0)
  let done = 0
  let failed = 0
  for (const cell of cells) {
    await respondToCell(context, cell, null, {
      session,
      writer: { ...settings, promptOf },
      set: { definition, label, takesOver: 'unless chosen' },
      again: false,
      onDone(rows, problem) {
        done += rows
        if (problem !== null) failed += 1
        context.progress({ done, total, failed, unit: 'responses', phase: stage.label })
      },
    })
  }
  return definition
}
