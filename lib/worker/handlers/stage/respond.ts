import { getPrompt } from '@/lib/prompts'
import type { RespondStage } from '@/lib/evolution'
import { currentResponseSet, getCell, type CellRef } from '@/lib/services/cells'
import {
  placedStages,
  type ExperimentRow,
  type PlacedStage,
} from '@/lib/services/experiments/records'
import { promptByHash } from '@/lib/services/prompts'
import type { WorkerContext } from '@/lib/worker/types'
import { respondToCell } from '../evolve/respond'
import { openSame } from './models'

/** The files that a stage answers: those of the stages it names, or the seeds that came without responses. */
function cellsOf(
  { db }: WorkerContext,
  experiment: ExperimentRow,
  { arm }: PlacedStage,
  stage: RespondStage,
): CellRef[] {
  const of = (cellId: string) => getCell(db, experiment.studyId, cellId)
  return stage.of.flatMap((id) => {
    if (id === 'seeds') {
      // All rows of a seed file would be answered: a sample's seeds are left as they are.
      const whole = experiment.seeds.filter(({ rows }) => rows === null)
      return whole
        .map(({ cellId }) => of(cellId))
        .filter(({ no }) => currentResponseSet(db, no)?.kind !== 'imported')
    }
    const made = placedStages(db, experiment).filter(
      (placed) => placed.stage.id === id && placed.arm === arm,
    )
    return made.flatMap(({ row }) => row.cells).map(of)
  })
}

/** Answers the files of a stage by the plan's writer, as response sets of their own, and returns what decided them. */
export async function runRespondStage(
  context: WorkerContext,
  experiment: ExperimentRow,
  placed: PlacedStage,
  stage: RespondStage,
): Promise<Record<string, unknown>> {
  const writer = experiment.plan.responses
  const cells = cellsOf(context, experiment, placed, stage)
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
