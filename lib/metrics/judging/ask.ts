import type { GenerateParams, GenerateReply, GenerateRequest } from '@/lib/backends/types'
import type { StatusName } from '@/lib/contracts/status'
import type { Prompt } from '@/lib/prompts/prompt'
import { errorMessage, throwIfAborted } from '@/lib/errors'
import { isRowError, required } from '../failures'
import type { MetricRow, MetricTools, PromptUse, RowResult } from '../types'

/** Returns what a row is asked by its message, or the result where its status needs no request. */
export function planMessage(
  { index }: MetricRow,
  asked: { content: string } | { status: StatusName },
  params: GenerateParams,
): RowPlan {
  if ('status' in asked) return { result: { index, status: asked.status, values: {} } }
  return { request: { messages: [{ role: 'user', content: asked.content }], params } }
}

/** A row's request with what to do with its reply, or the result that needs no request. */
export type RowPlan = { request: GenerateRequest } | Answered

/** Returns the prompt as a card shows it. */
export function promptUse({ id, version, hash, template }: Prompt): PromptUse {
  return { id, version, hash, text: template }
}

interface Answered {
  result: RowResult
}

const isAnswered = (planned: object): planned is Answered => 'result' in planned

/**
 * Returns one result a row: what `plan` asks of each is handed to the backend together by `answer`, and the backend limits
 * how many run at once. A request that fails by itself becomes the row's `error`; a backend that is gone throws.
 */
export async function everyRow<T extends object>(
  rows: readonly MetricRow[],
  { signal }: Pick<MetricTools, 'signal'>,
  plan: (row: MetricRow) => T | Answered,
  answer: (row: MetricRow, planned: T) => Promise<RowResult>,
): Promise<RowResult[]> {
  throwIfAborted(signal)
  // Settled, not all: the requests still running must end before a failure is passed on.
  const settled = await Promise.allSettled(
    rows.map(async (row): Promise<RowResult> => {
      const planned = plan(row)
      if (isAnswered(planned)) return planned.result
      try {
        return await answer(row, planned)
      } catch (error) {
        if (!isRowError(error)) throw error
        return {
          index: row.index,
          status: 'error',
          values: {},
          detail: { message: errorMessage(error) },
        }
      }
    }),
  )
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

/** Returns one result a row, read from the reply to a request that is planned for it. */
export async function askRows(
  metric: string,
  rows: readonly MetricRow[],
  tools: MetricTools,
  plan: (row: MetricRow) => RowPlan,
  read: (row: MetricRow, reply: GenerateReply) => RowResult,
): Promise<RowResult[]> {
  const generate = required(tools.generate, metric, 'chat')
  return everyRow(rows, tools, plan, async (row, { request }) => read(row, await generate(request)))
}
