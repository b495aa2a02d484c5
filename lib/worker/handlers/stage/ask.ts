import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { stageItems, stages } from '@/db/schema'
import type { PlanDecoding } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import type { AskStage, Asking, StageData } from '@/lib/evolution'
import { promptCard } from '@/lib/prompts/prompt'
import type { ExperimentRow, PlacedStage } from '@/lib/services/experiments/records'
import type { WorkerContext } from '@/lib/worker/types'
import { askOne, type NewItem, type Pending } from './ask-one'
import { openSame } from './models'

/** A second of work is what a kill may cost. */
export const COMMIT_MS = 1_000
// More items than this in one transaction would hold up others.
const COMMIT_ITEMS = 1_000

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
  const judge = plan.judge ? [plan.judge.backend] : []
  if (stage.role === 'judge') return judge
  const checks = stage.check ? judge : []
  if (stage.role === 'writer') return plan.responses ? [plan.responses.backend, ...checks] : []
  const evolver = plan.arms.filter(({ key }) => key === arm).map(({ backend }) => backend)
  return [...new Set([...evolver, ...checks])]
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
  return and(eq(stageItems.stageNo, stageNo), eq(stageItems.key, key))
}

function moveItem(context: WorkerContext, stageNo: number, key: string, position: number): void {
  context.db.update(stageItems).set({ position }).where(isItem(stageNo, key)).run()
}

/** Writes items of a stage in the place of earlier ones. */
export function writeItems(context: WorkerContext, stageNo: number, items: readonly NewItem[]) {
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
  const checker = stage.check ? experiment.plan.judge : null
  const judge = checker && (await openSame(context, experiment, checker.backend))
  let waiting: NewItem[] = []
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
    await judge?.confirm(context.signal)
    context.commit(() => writeItems(context, placed.row.no, items))
  }
  context.progress({ done: 0, total, unit: 'replies', phase: stage.label })
  let next = 0
  let isBroken = false
  const lane = async () => {
    while (next < pending.length && !isBroken) {
      const one = pending[next++] as Pending
      try {
        const item = await askOne(context, { session, judge }, { stage, data }, decoding, one)
        // Named after the reply is there: `waiting` is another list by then if items were written meanwhile.
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
    prompts: (stage.sent?.(data) ?? stage.prompts.map((id) => data.prompt(id))).map(promptCard),
    ...(stage.retries === undefined ? {} : { retries: stage.retries }),
    ...(judge && stage.check
      ? { judge: judge.identity, judgePrompt: promptCard(data.prompt(stage.check.prompt)) }
      : {}),
  }
}
