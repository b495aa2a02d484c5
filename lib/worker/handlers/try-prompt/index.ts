import { GREEDY } from '@/lib/backends/types'
import { wordsOf } from '@/lib/contracts/column-kinds'
import type { PromptTrial, TrialReply } from '@/lib/contracts/prompts'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { asColumns, getMeasured, parseParams, withParams } from '@/lib/metrics'
import type { MeasuredMetric, MetricRow, OutputSpec, RowResult } from '@/lib/metrics/types'
import { getPrompt } from '@/lib/prompts'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { JOBS } from '@/lib/queue/kinds'
import { getCell, currentResponseSet, newestAlignment } from '@/lib/services/cells'
import { settleParams } from '@/lib/services/runs/choose-backend'
import { getBackendRow } from '@/lib/services/backends'
import { getPromptInfo, questionMetric } from '@/lib/services/prompts'
import { computeSafely } from '../compute/row-scope'
import { loadRows } from '../compute/load-rows'
import { partnersOf } from '../compute/other-cell'
import { metricTools } from '../compute/tools'
import { defineJob, type WorkerContext, type MeteredSession } from '@/lib/worker/types'

// The page shows the beginning of a reply; the job's row in the database stays small.
const REPLY_CHARACTERS = 4_000

interface TrialRow {
  cellId: string
  idx: number
  row: MetricRow
}

/** The metric whose replies the prompt asks for; null for prompts of evolution. */
function metricOf(
  db: WorkerContext['db'],
  { promptId, scale }: Pick<PromptTrial, 'promptId' | 'scale'>,
): string | null {
  return promptId === null ? questionMetric(scale) : getPromptInfo(db, promptId).metric
}

function loadTrialRows(
  context: WorkerContext,
  trial: PromptTrial,
  metric: MeasuredMetric | null,
): TrialRow[] {
  const { db } = context
  return trial.rows.flatMap(({ cellId, idx }) => {
    const cell = getCell(db, trial.studyId, cellId)
    const place = {
      cellNo: cell.no,
      responseSetNo: metric?.inputs.response ? (currentResponseSet(db, cell.no)?.no ?? null) : null,
    }
    const source = {
      ...place,
      alignmentNo: newestAlignment(db, cell.no)?.no ?? null,
      parent: true,
      compared: metric && partnersOf(db, trial.studyId, metric, place).compared,
    }
    return loadRows(db, source, [idx]).map((row) => ({ cellId, idx, row }))
  })
}

function clip(text: unknown): string | null {
  return typeof text === 'string' ? text.slice(0, REPLY_CHARACTERS) : null
}

/** The first visible value in words: "4, hard". */
function words(result: RowResult, output: OutputSpec | undefined): string | null {
  const coded = output ? result.coded?.[output.key] : undefined
  if (coded !== undefined) return wordsOf(coded).join(', ') || 'none'
  const value = output ? result.values[output.key] : null
  if (typeof value !== 'number' || !output) return null
  const word = output.words?.[value - 1]
  if (word !== undefined) return word
  const level = output.levels?.[value - 1]
  return level === undefined ? String(Number(value.toPrecision(4))) : `${value}, ${level}`
}

async function tryMetric(
  context: WorkerContext,
  trial: PromptTrial,
  metricId: string,
  session: MeteredSession,
): Promise<TrialReply[]> {
  const measured = getMeasured(metricId)
  const asked = parseParams(measured, {
    // What a metric has no parameter for is dropped.
    promptText: trial.template,
    maxTokens: trial.maxTokens,
    // What every evolved row has, for metrics that compare rows.
    against: 'previous',
    ...(trial.scale ? { scale: trial.scale, name: trial.name || 'Rubric' } : {}),
  })
  const params = settleParams(measured, asked, getBackendRow(context.db, trial.backendId))
  const metric = withParams(measured, params)
  const output = asColumns(metric, params).outputs.find((one) => !one.hidden)
  const tools = metricTools(session, context.signal, () => undefined)
  const replies: TrialReply[] = []
  for (const { cellId, idx, row } of loadTrialRows(context, trial, metric)) {
    throwIfAborted(context.signal)
    const [result] = await computeSafely(metric, [row], params, tools)
    if (!result) continue
    const { reply, rule, message } = result.detail ?? {}
    replies.push({
      cellId,
      idx,
      reply: clip(reply),
      status: result.status,
      value: words(result, output),
      note: clip(message) ?? (typeof rule === 'string' && rule !== 'none' ? rule : null),
    })
    context.progress({ done: replies.length, phase: 'Asking' })
  }
  return replies
}

async function tryText(
  context: WorkerContext,
  trial: PromptTrial,
  session: MeteredSession,
): Promise<TrialReply[]> {
  const { generate } = session
  if (!generate) {
    throw new AppError('capability_missing', 'This backend cannot chat. Choose one that can.')
  }
  const prompt = withText(getPrompt(trial.promptId ?? ''), trial.template)
  const replies: TrialReply[] = []
  for (const { cellId, idx, row } of loadTrialRows(context, trial, null)) {
    throwIfAborted(context.signal)
    const content = renderPrompt(prompt, { instruction: row.instruction, input: row.input ?? '' })
    const params = { ...GREEDY, maxTokens: trial.maxTokens }
    const base = { cellId, idx, value: null }
    try {
      const reply = await generate(
        { messages: [{ role: 'user', content }], params },
        context.signal,
      )
      const text = reply.text.trim()
      const cut = reply.finishReason === 'length'
      const status = text === '' ? 'empty' : cut ? 'truncated' : 'ok'
      replies.push({ ...base, reply: clip(text), status, note: null })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'data_error') throw error
      replies.push({ ...base, reply: null, status: 'error', note: errorMessage(error) })
    }
    context.progress({ done: replies.length, phase: 'Asking' })
  }
  return replies
}

/** Asks a backend with a draft of a prompt about a few rows; replies and what was read from them are the job's result. */
export const tryPromptJob = defineJob(JOBS['try-prompt'], {
  lane: 'quick',
  backends: (_around, { backendId }) => [backendId],
  async run(context, trial) {
    context.progress({ phase: 'Opening the backend' })
    const session = await context.openBackend(trial.backendId)
    const metric = metricOf(context.db, trial)
    const replies = metric
      ? await tryMetric(context, trial, metric, session)
      : await tryText(context, trial, session)
    return { replies }
  },
})
