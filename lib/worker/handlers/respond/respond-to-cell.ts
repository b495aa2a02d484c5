import { z } from 'zod'
import { inTransaction } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { readStored } from '@/db/stored-json'
import { AppError } from '@/lib/errors'
import type { CellRef } from '@/lib/services/cells'
import { appendResponses, type NewResponse } from '@/lib/services/cells/staging'
import { setInCell } from '@/lib/services/responses'
import { openSet, pendingRows, type OpenedSet } from '@/lib/services/responses/open'
import { definitionHash } from '@/lib/services/runs/definition'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'
import { workThrough } from '../work-through'
import { respondOne, responseStatus, type AskedRow, type Writer } from './respond-one'

// Texts of so many rows are in memory at a time; between two lots the backend waits for the last replies.
const LOT_ROWS = 2_000

const text = z.string().nullable()
const storedSchema = z.object({
  idx: z.number(),
  instruction: z.string(),
  input: text,
  system: text,
  history: text,
})
const historySchema = z.array(z.tuple([z.string(), z.string()]))

/** Texts of rows; of a chat the history holds the pairs after the instruction, so it is not sent before it. */
const SELECT = `select idx, instruction, input, system, case when messages is null then history end as history
  from rows where cell_no = ? and idx between ? and ?`

function textsOf({ db }: WorkerContext, cell: CellRef, rows: Int32Array): AskedRow[] {
  const wanted = new Set(rows)
  const why = 'reads every row that is answered'
  const found = hotRead(db, { why, sql: SELECT, row: storedSchema }).all(
    cell.no,
    rows[0] ?? 0,
    rows.at(-1) ?? 0,
  )
  return found
    .filter(({ idx }) => wanted.has(idx))
    .map(({ history, ...row }) => {
      if (history === null) return row
      const place = () => ({ table: 'rows', id: `${cell.id}:${row.idx}`, field: 'history' })
      return { ...row, history: readStored(historySchema, history, place) }
    })
}

/** Who answers, how, and in which set the responses are kept. */
export interface Answering {
  session: MeteredSession
  writer: Writer
  set: OpenedSet
  /** Whether rows that failed are asked again. */
  again: boolean
  /** Told how many rows were done, and why one failed. */
  onDone(rows: number, problem: string | null): void
}

/**
 * Writes a response for each chosen row of a file that has none in the set yet. What is answered and confirmed is written about
 * every second, so a killed job goes on where it was.
 */
export async function respondToCell(
  context: WorkerContext,
  cell: CellRef,
  members: Int32Array | null,
  { session, writer, set, again, onDone }: Answering,
): Promise<void> {
  const { db, signal } = context
  const setNo = inTransaction(db, () => openSet(db, cell.no, set))
  const pending = pendingRows(db, cell, setNo, { members, again })
  onDone((members?.length ?? cell.rowCount) - pending.length, null)
  const write = async (items: readonly NewResponse[]) => {
    await session.confirm(signal)
    context.commit(() => {
      if (setInCell(db, cell.no, definitionHash(set.definition))?.no !== setNo) {
        throw new AppError(
          'conflict',
          'The set of responses was deleted while it was written. Restore it and retry the job, or start another.',
        )
      }
      appendResponses(db, setNo, items)
    })
  }
  for (let from = 0; from < pending.length; from += LOT_ROWS) {
    const items = textsOf(context, cell, pending.subarray(from, from + LOT_ROWS))
    const width = session.limits.chatConcurrency
    await workThrough({ items, width, signal, write }, async (row): Promise<NewResponse> => {
      const answer = await respondOne(session, row, writer, signal)
      onDone(1, answer.status === 'error' ? (answer.message ?? 'error') : null)
      return {
        idx: row.idx,
        text: answer.text === '' ? null : answer.text,
        status: responseStatus(answer),
        finishReason: answer.finishReason,
      }
    })
  }
}
