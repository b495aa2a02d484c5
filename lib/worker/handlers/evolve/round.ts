import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { rows } from '@/db/schema'
import { evolvePrompt } from '@/lib/prompts'
import { promptCard } from '@/lib/prompts/prompt'
import { operatorFor, type Operator } from '@/lib/prompts/operators'
import { publishEvolvedCell, type EvolvedRow } from '@/lib/services/cells/evolved'
import type { CellRef } from '@/lib/services/cells'
import type { WorkerContext, MeteredSession } from '@/lib/worker/types'
import {
  evolveOne,
  mapConcurrent,
  type Decoding,
  type GeneratedText,
  type PromptChoice,
} from './generate'

/** One round of one seed set on one arm. */
export interface RoundPlan {
  studyId: string
  seedSetId: string
  seedSetKey: string
  armId: string
  armKey: string
  round: number
  order: readonly Operator[]
  decoding: Decoding
  promptOf: PromptChoice
  parent: CellRef
}

interface ParentRow {
  idx: number
  instruction: string
  input: string | null
}

function parentRows(context: WorkerContext, cellNo: number): ParentRow[] {
  const { idx, instruction, input } = rows
  return context.db
    .select({ idx, instruction, input })
    .from(rows)
    .where(eq(rows.cellNo, cellNo))
    .orderBy(idx)
    .all()
}

function definitionOf(context: WorkerContext, plan: RoundPlan, session: MeteredSession) {
  return {
    jobId: context.job.id,
    model: session.identity,
    decoding: plan.decoding,
    round: plan.round,
    order: plan.order,
    prompts: plan.order.map((operator) => promptCard(plan.promptOf(evolvePrompt(operator).id))),
  }
}

function toRow(parent: ParentRow, operator: Operator, result: GeneratedText): EvolvedRow {
  const extra = {
    operator,
    finish_reason: result.finishReason,
    ...(result.message ? { evolution_error: result.message } : {}),
  }
  // The input is carried over unchanged, as the reference script does; the evolver never saw it.
  return {
    idx: parent.idx,
    instruction: result.text,
    input: parent.input,
    parentIdx: parent.idx,
    operator,
    extra,
  }
}

function contentHash(rows: readonly EvolvedRow[]): string {
  const hash = createHash('sha256')
  for (const row of rows)
    hash.update(`${JSON.stringify([row.instruction, row.input, row.operator])}\n`)
  return hash.digest('hex')
}

/**
 * Evolves every row of the parent cell once and publishes the new cell whole; returns its key. A killed attempt leaves
 * nothing but cached replies, so the next attempt repeats it at the cost of look-ups.
 */
export async function evolveRound(
  context: WorkerContext,
  session: MeteredSession,
  plan: RoundPlan,
  onDone: (failed: string | null) => void,
): Promise<number> {
  const parents = parentRows(context, plan.parent.no)
  const rows = await mapConcurrent(parents, session.limits.chatConcurrency, async (parent) => {
    const operator = operatorFor(parent.idx, plan.round, plan.order)
    const row = { index: parent.idx, instruction: parent.instruction }
    const prompt = plan.promptOf(evolvePrompt(operator).id)
    const result = await evolveOne(session, row, prompt, plan.decoding, context.signal)
    onDone(result.message)
    return toRow(parent, operator, result)
  })
  await session.confirm(context.signal)
  const empty = rows.filter((row) => row.instruction === '').length
  const { cellNo } = publishEvolvedCell(context.db, {
    place: {
      studyId: plan.studyId,
      seedSetId: plan.seedSetId,
      armId: plan.armId,
      round: plan.round,
      source: {
        kind: 'evolved',
        fileName: `${plan.seedSetKey}-iter${plan.round}-${plan.armKey}`,
        sizeBytes: 0,
        sha256: contentHash(rows),
        format: 'evolved',
        container: 'none',
        mapping: null,
        keySets: [],
        definition: definitionOf(context, plan, session),
      },
    },
    parentCellNo: plan.parent.no,
    rows,
    responses: null,
    notes: empty > 0 ? [`${empty} of ${rows.length} evolved instructions are empty.`] : [],
  })
  return cellNo
}
