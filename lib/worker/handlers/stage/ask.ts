import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { stageItems, stages } from '@/db/schema'
import type { AskStage, Asking, StageData } from '@/lib/evolution'
import { promptCard } from '@/lib/prompts/prompt'
import type { ExperimentRow, PlacedStage } from '@/lib/services/experiments/records'
import type { WorkerContext } from '@/lib/worker/types'
import { workThrough } from '../work-through'
import { askOne, type NewItem, type Pending } from './ask-one'
import { backendOf, modelsOf, openSame } from './models'

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
  const { decoding, ...models } = modelsOf(experiment.plan, stage, placed.arm)
  const pending = pendingOf(context, placed, stage.askings(data))
  const session = await openSame(context, experiment, backendOf(models, stage))
  const judge = models.judge === null ? null : await openSame(context, experiment, models.judge)
  const total = pending.length
  let done = 0
  context.progress({ done, total, unit: 'replies', phase: stage.label })
  const width = session.limits.chatConcurrency
  const write = async (items: readonly NewItem[]) => {
    await session.confirm(context.signal)
    await judge?.confirm(context.signal)
    context.commit(() => writeItems(context, placed.row.no, items))
  }
  await workThrough({ items: pending, width, signal: context.signal, write }, async (one) => {
    const item = await askOne(context, { session, judge }, { stage, data }, decoding, one)
    context.progress({ done: ++done, total })
    return item
  })
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
