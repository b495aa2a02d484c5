import { createHash } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import { stageItems, stages } from '@/db/schema'
import { throwIfAborted } from '@/lib/errors'
import type { Reading, StageData, WorkItem, WorkStage } from '@/lib/evolution'
import type { PlacedStage } from '@/lib/services/experiments/records'
import type { WorkerContext } from '@/lib/worker/types'
import { keepBatches } from '../work-through'
import { writeItems } from './ask'
import type { NewItem } from './ask-one'
import { openCheckTools } from './check-tools'

// Well below the variables that one statement of SQLite may have.
const DELETE_KEYS = 500

function hashOf(input: string | undefined): string {
  return input === undefined ? '' : createHash('sha256').update(input).digest('hex')
}

/** Items that an earlier run made of inputs, by key. */
function keptItems({ db }: WorkerContext, stageNo: number) {
  const { key, inputHash, status, reason, value } = stageItems
  const of = eq(stageItems.stageNo, stageNo)
  const stored = db
    .select({ key, inputHash, status, reason, value })
    .from(stageItems)
    .where(of)
    .all()
  return new Map(stored.map((item) => [item.key, item]))
}

/**
 * Runs a stage that asks nobody. Items are written about every second, so that a kill costs no more where the stage can take
 * up what it made of the same input; those that are no longer made are removed at the end.
 */
export async function runWorkStage(
  context: WorkerContext,
  { row }: PlacedStage,
  { stage, data }: { stage: WorkStage; data: StageData },
): Promise<Record<string, unknown>> {
  const { db, signal } = context
  const stored = keptItems(context, row.no)
  const gone = new Set(stored.keys())
  const batches = keepBatches((items: readonly NewItem[]) =>
    context.commit(() => writeItems(context, row.no, items)),
  )
  let position = 0
  const add = async ({ input, ...reading }: WorkItem) => {
    gone.delete(reading.key)
    await batches.add({
      ...reading,
      position: position++,
      inputHash: hashOf(input),
      attempt: row.attempt,
      raw: null,
      message: null,
      finishReason: null,
    })
    throwIfAborted(signal)
  }
  const tools = {
    signal,
    checks: openCheckTools(context),
    progress: (done: number, total: number) =>
      context.progress({ done, total, unit: 'items', phase: stage.label }),
    kept(key: string, input: string): Reading | null {
      const item = stored.get(key)
      if (item?.inputHash !== hashOf(input)) return null
      return { status: item.status, reason: item.reason, value: item.value }
    },
  }
  for await (const item of stage.work(data, tools)) await add(item)
  await batches.flush()
  context.commit(() => {
    const keys = [...gone]
    for (let from = 0; from < keys.length; from += DELETE_KEYS) {
      const some = inArray(stageItems.key, keys.slice(from, from + DELETE_KEYS))
      db.delete(stageItems)
        .where(and(eq(stageItems.stageNo, row.no), some))
        .run()
    }
    db.update(stages).set({ total: position }).where(eq(stages.no, row.no)).run()
  })
  return {}
}
