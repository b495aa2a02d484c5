import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { stageItems, stages } from '@/db/schema'
import { GREEDY, type GenerateParams } from '@/lib/backends/types'
import type { PlanDecoding } from '@/lib/contracts/experiment'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import type { AskStage, Asking, StageData } from '@/lib/evolution'
import { promptCard } from '@/lib/prompts/prompt'
import type { ExperimentRow, PlacedStage } from '@/lib/services/experiments/records'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'
import { openSame } from './models'

type NewItem = typeof stageItems.$inferInsert

// A second of work is what a kill may cost; more items than this in one transaction would hold up others.
const COMMIT_MS = 1_000
const COMMIT_ITEMS = 1_000
// Rows of one stage are fewer; attempts must not draw the numbers of other rows.
const ATTEMPT_STEP = 10_000_019

/** Returns which model carries out a stage, and how it draws. */
export function settingsOf(
  { plan }: Pick<ExperimentRow, 'plan'>,
  { stage, data }: { stage: AskStage; data: StageData },
): { backendId: string; decoding: PlanDecoding } {
  const own = { temperature: 0, topP: 1, seed: 1, maxTokens: 2048 }
  if (stage.role === 'judge') {
    if (!plan.judge)
      throw new AppError(
        'invalid_input',
        'This stage needs a judge model; name its backend in the plan.',
      )
    return { backendId: plan.judge.backend, decoding: { ...own, ...stage.decoding } }
  }
  if (stage.role === 'writer') {
    if (!plan.responses)
      throw new AppError(
        'invalid_input',
        'This stage needs a response model; name its backend in the plan.',
      )
    const { backend, temperature, topP, seed, maxTokens } = plan.responses
    return {
      backendId: backend,
      decoding: { temperature, topP, seed, maxTokens, ...stage.decoding },
    }
  }
  const arm = data.arm
  if (!arm) throw new TypeError(`the shared stage "${stage.id}" has no evolver`)
  return { backendId: arm.backend, decoding: { ...arm.decoding, ...stage.decoding } }
}

/** Returns the backend that a stage uses, for the schedule. */
export function backendOf(experiment: ExperimentRow, { stage, arm }: PlacedStage): string[] {
  const { plan } = experiment
  if (stage.kind === 'respond') return plan.responses ? [plan.responses.backend] : []
  if (stage.kind !== 'ask') return []
  if (stage.role === 'judge') return plan.judge ? [plan.judge.backend] : []
  if (stage.role === 'writer') return plan.responses ? [plan.responses.backend] : []
  return plan.arms.filter(({ key }) => key === arm).map(({ backend }) => backend)
}

function paramsFor(decoding: PlanDecoding, offset: number, attempt: number): GenerateParams {
  const { temperature, maxTokens, topP, seed } = decoding
  if (temperature === 0) return { ...GREEDY, maxTokens }
  const drawn = seed + offset + (attempt - 1) * ATTEMPT_STEP
  return { ...GREEDY, temperature, maxTokens, topP, seed: drawn }
}

/** What is still to be asked of a stage. */
export interface Pending {
  asking: Asking
  position: number
  content: string | null
  inputHash: string
  attempt: number
}

/**
 * Returns the inputs without an item, those whose question has changed, and those that failed before the last retry.
 * Items of inputs that are no longer there are removed, and the places of the others brought up to date.
 */
function pendingOf(
  context: WorkerContext,
  { row }: PlacedStage,
  askings: readonly Asking[],
): Pending[] {
  const { key, position, inputHash, status, attempt, stageNo } = stageItems
  const stored = new Map(
    context.db
      .select({ key, position, inputHash, status, attempt })
      .from(stageItems)
      .where(eq(stageNo, row.no))
      .all()
      .map((item) => [item.key, item]),
  )
  const pending: Pending[] = []
  context.commit(() => {
    for (const [at, asking] of askings.entries()) {
      const content = asking.content()
      const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex')
      const before = stored.get(asking.key)
      stored.delete(asking.key)
      const isSame = before?.inputHash === hash
      const isDue = before?.status === 'failed' && before.attempt < row.attempt
      if (before && isSame && !isDue) {
        if (before.position !== at) moveItem(context, row.no, asking.key, at)
        continue
      }
      pending.push({ asking, position: at, content, inputHash: hash, attempt: row.attempt })
    }
    for (const gone of stored.keys()) {
      context.db.delete(stageItems).where(isItem(row.no, gone)).run()
    }
    context.db.update(stages).set({ total: askings.length }).where(eq(stages.no, row.no)).run()
  })
  return pending
}

function isItem(stageNo: number, key: string) {
  return sql`${stageItems.stageNo} = ${stageNo} and ${stageItems.key} = ${key}`
}

function moveItem(context: WorkerContext, stageNo: number, key: string, position: number): void {
  context.db.update(stageItems).set({ position }).where(isItem(stageNo, key)).run()
}

/** Asks one question of a stage and returns its item; what is the row's own fault is an item that failed. */
export async function askOne(
  { signal }: Pick<WorkerContext, 'signal'>,
  session: MeteredSession,
  { stage, data }: { stage: AskStage; data: StageData },
  decoding: PlanDecoding,
  pending: Pending,
): Promise<Omit<NewItem, 'stageNo'>> {
  const { asking, content, position, inputHash, attempt } = pending
  const place = { key: asking.key, position, inputHash, attempt }
  const read = (text: string, finishReason: string) => {
    const { status, reason, value } = stage.read({ text, finishReason }, asking, data)
    return { status, reason, value }
  }
  if (content === null) {
    return { ...place, ...read('', 'skipped'), raw: null, message: null, finishReason: 'skipped' }
  }
  throwIfAborted(signal)
  if (!session.generate) {
    throw new AppError('capability_missing', 'This backend cannot chat. Choose one that can.')
  }
  const params = paramsFor(decoding, asking.seedOffset, attempt)
  try {
    const reply = await session.generate({ messages: [{ role: 'user', content }], params }, signal)
    const { text, finishReason } = reply
    return { ...place, ...read(text, finishReason), raw: text, message: null, finishReason }
  } catch (error) {
    // A row's own fault stays with the row; anything else (backend gone, cancelled) stops the job.
    if (!(error instanceof AppError) || error.code !== 'data_error') throw error
    const failed = { status: 'failed', reason: 'error', value: '' } as const
    return { ...place, ...failed, raw: null, message: errorMessage(error), finishReason: 'error' }
  }
}

/** Writes items of a stage in the place of earlier ones. */
export function writeItems(
  context: WorkerContext,
  stageNo: number,
  items: readonly Omit<NewItem, 'stageNo'>[],
) {
  for (const item of items) {
    const { key: _key, ...set } = item
    context.db
      .insert(stageItems)
      .values({ stageNo, ...item })
      .onConflictDoUpdate({ target: [stageItems.stageNo, stageItems.key], set })
      .run()
  }
}

/**
 * Asks what is still to be asked of a stage, always as many requests at once as the backend takes, and returns what decided
 * the items. What is answered and confirmed is written about every second, so that a kill costs no more.
 */
export async function runAskStage(
  context: WorkerContext,
  experiment: ExperimentRow,
  placed: PlacedStage,
  { stage, data }: { stage: AskStage; data: StageData },
): Promise<Record<string, unknown>> {
  const { backendId, decoding } = settingsOf(experiment, { stage, data })
  const pending = pendingOf(context, placed, stage.askings(data))
  const session = await openSame(context, experiment, backendId)
  let waiting: Omit<NewItem, 'stageNo'>[] = []
  let writing: Promise<void> = Promise.resolve()
  let lastWrite = Date.now()
  const total = pending.length
  let done = 0
  const flush = async () => {
    const items = waiting
    waiting = []
    lastWrite = Date.now()
    if (items.length === 0) return
    await session.confirm(context.signal)
    context.commit(() => writeItems(context, placed.row.no, items))
  }
  context.progress({ done: 0, total, unit: 'replies', phase: stage.label })
  let next = 0
  let isBroken = false
  const lane = async () => {
    while (next < pending.length && !isBroken) {
      const one = pending[next++] as Pending
      try {
        const item = await askOne(context, session, { stage, data }, decoding, one)
        // Not in one line: the list would be the one before the wait, which may have been written meanwhile.
        waiting.push(item)
        context.progress({ done: ++done, total })
        if (waiting.length >= COMMIT_ITEMS || Date.now() - lastWrite > COMMIT_MS) {
          writing = writing.then(flush)
          await writing
        }
      } catch (error) {
        isBroken = true
        throw error
      }
    }
  }
  const width = Math.max(1, Math.min(session.limits.chatConcurrency, pending.length))
  const settled = await Promise.allSettled(Array.from({ length: width }, lane))
  const broken = settled.find((outcome) => outcome.status === 'rejected')
  if (broken) {
    // What was answered before is kept where its model can still be confirmed.
    if (!context.signal.aborted) await flush().catch(() => undefined)
    throw broken.reason
  }
  await flush()
  return {
    model: session.identity,
    decoding,
    prompts: stage.prompts.map((id) => promptCard(data.prompt(id))),
  }
}
