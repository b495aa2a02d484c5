import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { cells } from '@/db/schema'
import { AppError } from '@/lib/errors'
import type { CellDraft } from '@/lib/evolution'
import { currentCells } from '@/lib/services/cells'
import { publishEvolvedCell } from '@/lib/services/cells/evolved'
import { storeDraftColumns } from '@/lib/services/experiments/draft-columns'
import {
  placedStages,
  type ExperimentRow,
  type PlacedStage,
} from '@/lib/services/experiments/records'
import { ensureArm, ensureSeedSet } from '@/lib/services/studies'
import type { WorkerContext } from '@/lib/worker/types'

function contentHash(rows: CellDraft['rows']): string {
  const hash = createHash('sha256')
  for (const { instruction, input, operator, extra } of rows) {
    hash.update(`${JSON.stringify([instruction, input, operator, extra])}\n`)
  }
  return hash.digest('hex')
}

function sameRows({ db }: WorkerContext, cellId: string, sha256: string): boolean {
  const stored = db
    .select({ sha256: cells.sourceSha256 })
    .from(cells)
    .where(eq(cells.id, cellId))
    .get()
  return stored?.sha256 === sha256
}

/** What decided the items of the stages of an evolver that asked a model, by stage. */
function askedBefore({ db }: WorkerContext, experiment: ExperimentRow, arm: string) {
  const asked = placedStages(db, experiment).filter(
    (one) => one.stage.kind === 'ask' && (one.arm === arm || one.arm === ''),
  )
  return asked.flatMap(({ stage, row }) =>
    row.definition === null || stage.kind !== 'ask'
      ? []
      : [{ stage: stage.id, role: stage.role, definition: row.definition }],
  )
}

/**
 * Publishes the files of a stage and returns their ids. A file that stands already, with the same rows, is left; where rows have
 * changed (a retry, more seeds) a new revision takes its place.
 */
export async function publishDrafts(
  context: WorkerContext,
  experiment: ExperimentRow,
  { arm, stage }: PlacedStage,
  drafts: readonly CellDraft[],
  definition: Record<string, unknown>,
): Promise<string[]> {
  const { db } = context
  const { plan, studyId } = experiment
  const evolver = plan.arms.find(({ key }) => key === arm)
  if (!evolver) throw new TypeError(`the shared stage "${stage.id}" cannot publish files`)
  // A stage that asks nobody publishes what stages before it had made.
  const made = askedBefore(context, experiment, arm)
  const asked = stage.kind === 'ask' ? definition : { made }
  const evolved = made.find(({ role }) => role === 'evolver')?.definition
  const model = (definition['model'] ?? evolved?.['model']) as { model?: string } | undefined
  const { seed, temperature, topP, maxTokens } = evolver.decoding
  const armId = ensureArm(db, studyId, {
    key: arm,
    label: evolver.label,
    armClass: evolver.armClass,
    scenario: plan.scenario.kind,
    model: model?.model ?? null,
    decoding: { temperature, topP, seed, maxTokens },
  })
  const published: string[] = []
  for (const draft of drafts) {
    const current = currentCells(db, studyId).filter(
      ({ seedSetKey }) => seedSetKey === draft.seedSetKey,
    )
    const parent = current.find((cell) =>
      draft.parent === 'seeds'
        ? cell.armId === null
        : draft.parent !== null && cell.armId === armId && cell.round === draft.round - 1,
    )
    if (!parent && draft.parent !== null) {
      const what = `the rows that "${stage.label}" was made from (${draft.seedSetKey})`
      throw new AppError('conflict', `${what} were deleted while the experiment ran. Restore them.`)
    }
    const sha256 = contentHash(draft.rows)
    const same = current.find((cell) => cell.armId === armId && cell.round === draft.round)
    if (same && sameRows(context, same.id, sha256)) {
      await storeDraftColumns(db, same, draft.columns ?? [], { stages: made, sha256 }, context)
      published.push(same.id)
      continue
    }
    const empty = draft.rows.filter(({ instruction }) => instruction === '').length
    const { cellId, cellNo } = publishEvolvedCell(db, {
      place: {
        studyId,
        seedSetId:
          parent?.seedSetId ??
          ensureSeedSet(db, studyId, draft.seedSetKey, draft.seedSetLabel ?? draft.seedSetKey),
        armId,
        round: draft.round,
        source: {
          kind: 'evolved',
          fileName: `${draft.seedSetKey}-iter${draft.round}-${arm}`,
          sizeBytes: 0,
          sha256,
          format: 'evolved',
          container: 'none',
          mapping: null,
          keySets: [],
          definition: {
            jobId: context.job.id,
            experimentId: experiment.id,
            planHash: experiment.planHash,
            stage: stage.id,
            round: draft.round,
            ...asked,
          },
        },
      },
      parentCellNo: parent?.no ?? null,
      rows: draft.rows.map((row, idx) => ({ idx, ...row })),
      responses: null,
      notes: empty > 0 ? [`${empty} of ${draft.rows.length} evolved instructions are empty.`] : [],
    })
    const cell = { no: cellNo, studyId, rowCount: draft.rows.length }
    await storeDraftColumns(db, cell, draft.columns ?? [], { stages: made, sha256 }, context)
    published.push(cellId)
  }
  return published
}
