import { getPrompt } from '@/lib/prompts'
import type { RespondStage } from '@/lib/evolution'
import { cellsToAnswer } from '@/lib/services/experiments/answers'
import {
  placedStages,
  type ExperimentRow,
  type PlacedStage,
} from '@/lib/services/experiments/records'
import { promptByHash } from '@/lib/services/prompts'
import type { WorkerContext } from '@/lib/worker/types'
import { respondToCell } from './answer-cell'
import { openSame } from './models'

/** Answers the files of a stage by the plan's writer, as response sets of their own, and returns what decided them. */
export async function runRespondStage(
  context: WorkerContext,
  experiment: ExperimentRow,
  placed: PlacedStage,
  stage: RespondStage,
): Promise<Record<string, unknown>> {
  const writer = experiment.plan.responses
  const all = placedStages(context.db, experiment)
  const cells = cellsToAnswer(context.db, experiment, all, { ...placed, stage })
  if (!writer || cells.length === 0) return {}
  const session = await openSame(context, experiment, writer.backend)
  const promptOf = (id: string) => {
    const hash = writer.prompts[id]
    return hash === undefined ? getPrompt(id) : promptByHash(context.db, id, hash)
  }
  const total = cells.reduce((sum, { rowCount }) => sum + rowCount, 0)
  let done = 0
  let failed = 0
  for (const cell of cells) {
    await respondToCell(context, session, cell.no, promptOf, writer.maxTokens, (rows, bad) => {
      done += rows
      failed += bad.length
      context.progress({ done, total, failed, unit: 'responses', phase: placed.stage.label })
    })
  }
  return { model: session.identity, maxTokens: writer.maxTokens }
}
