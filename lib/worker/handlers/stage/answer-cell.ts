import { inTransaction } from '@/db/client'
import { and, eq, ne, notInArray } from 'drizzle-orm'
import { cells, responses, responseSets, rows } from '@/db/schema'
import { promptCard } from '@/lib/prompts/prompt'
import { appendResponses, openResponseSet, type NewResponse } from '@/lib/services/cells/staging'
import { countResponses } from '@/lib/services/columns/texts'
import { definitionHash } from '@/lib/services/runs/definition'
import type { WorkerContext, MeteredSession } from '@/lib/worker/types'
import { mapConcurrent, respondOne, responseStatus, type PromptChoice } from './generate'

interface TextRow {
  idx: number
  instruction: string
  input: string | null
}

/** Returns what decides the responses, for the card: writer, prompts and decoding. */
function responseDefinition(
  session: MeteredSession,
  promptOf: PromptChoice,
  maxTokens: number,
): Record<string, unknown> {
  return {
    model: session.identity,
    prompts: ['respond', 'respond-with-input'].map((id) => promptCard(promptOf(id))),
    decoding: { temperature: 0, maxTokens },
  }
}

/** Finds the set of an interrupted attempt, or opens one. */
function responseSetFor(
  context: WorkerContext,
  cellNo: number,
  session: MeteredSession,
  promptOf: PromptChoice,
  maxTokens: number,
): number {
  const definition = responseDefinition(session, promptOf, maxTokens)
  const hash = definitionHash(definition)
  const existing = context.db
    .select({ no: responseSets.no })
    .from(responseSets)
    .where(and(eq(responseSets.cellNo, cellNo), eq(responseSets.definitionHash, hash)))
    .get()
  if (existing) return existing.no
  const label = `${session.label}, greedy`
  return openResponseSet(context.db, cellNo, {
    kind: 'generated',
    label,
    definition,
    definitionHash: hash,
  })
}

function pendingRows(context: WorkerContext, cellNo: number, setNo: number): TextRow[] {
  const { idx, instruction, input } = rows
  const done = context.db
    .select({ idx: responses.idx })
    .from(responses)
    .where(eq(responses.setNo, setNo))
  return context.db
    .select({ idx, instruction, input })
    .from(rows)
    .where(and(eq(rows.cellNo, cellNo), notInArray(idx, done)))
    .orderBy(idx)
    .all()
}

/** Brings the cell's report in line with the responses that it has now. */
function updateReport(context: WorkerContext, cellNo: number, setNo: number): void {
  const cell = context.db.select().from(cells).where(eq(cells.no, cellNo)).get()
  if (!cell?.report) return
  const answered = and(eq(responses.setNo, setNo), ne(responses.text, ''))
  const present = countResponses(context.db, answered)
  const { no_response: _old, ...flags } = cell.report.flags
  const missing = cell.rowCount - present
  context.db
    .update(cells)
    .set({
      report: { ...cell.report, flags: missing > 0 ? { ...flags, no_response: missing } : flags },
    })
    .where(eq(cells.no, cellNo))
    .run()
}

/**
 * Writes a response for each row of a published cell that has none yet, in batches of the backend's width: what is
 * written stays, so a killed job goes on where it was. Calls `onDone` with the number of rows just finished.
 */
export async function respondToCell(
  context: WorkerContext,
  session: MeteredSession,
  cellNo: number,
  promptOf: PromptChoice,
  maxTokens: number,
  onDone: (rows: number, failed: readonly string[]) => void,
): Promise<void> {
  const setNo = responseSetFor(context, cellNo, session, promptOf, maxTokens)
  const pending = pendingRows(context, cellNo, setNo)
  // Four rounds of the backend's width a commit: about a few seconds of work on the slowest engine.
  const batchRows = Math.max(8, session.limits.chatConcurrency * 4)
  for (let start = 0; start < pending.length; start += batchRows) {
    const batch = pending.slice(start, start + batchRows)
    const answers = await mapConcurrent(batch, session.limits.chatConcurrency, (row) =>
      respondOne(session, row, promptOf, maxTokens, context.signal),
    )
    const items: NewResponse[] = answers.map((answer, k) => ({
      idx: (batch[k] as TextRow).idx,
      text: answer.text === '' ? null : answer.text,
      status: responseStatus(answer),
      finishReason: answer.finishReason,
    }))
    await session.confirm(context.signal)
    inTransaction(context.db, () => appendResponses(context.db, setNo, items))
    onDone(
      batch.length,
      answers
        .filter((answer) => answer.status === 'error')
        .map((answer) => answer.message ?? 'error'),
    )
  }
  updateReport(context, cellNo, setNo)
}
