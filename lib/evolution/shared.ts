import type { Plan, StageItem } from '@/lib/contracts/experiment'
import type { MeasureStage, Reading, RespondStage, SeedRow, Stage } from './types'

/** Returns the key of the item of a seed, in every stage. */
export function seedKey({ setKey, idx }: SeedRow): string {
  return `${setKey}:${idx}`
}

/** Returns whether something came of an item. */
export function isMade({ status }: Pick<StageItem, 'status'>): boolean {
  return status === 'ok' || status === 'repaired'
}

/** Returns the stages that answer what the given ones publish; none where the plan has no writer. */
export function respondStages(plan: Plan, stages: readonly Stage[]): RespondStage[] {
  if (!plan.responses) return []
  const answer = (of: Stage): RespondStage => ({
    kind: 'respond',
    id: `respond-${of.id}`,
    label: `Responses, ${of.label.toLowerCase()}`,
    explains: `Each row of "${of.label}" is answered by the response model.`,
    after: [of.id],
    of: [of.id],
  })
  return [
    {
      kind: 'respond',
      id: 'respond-seeds',
      label: 'Responses, seeds',
      explains: 'Seeds that came without a response are answered by the response model.',
      after: [],
      isShared: true,
      of: ['seeds'],
    },
    ...stages.filter(({ publish }) => publish !== undefined).map(answer),
  ]
}

/** Returns the stage that queues the plan's metrics once all rows and responses are there. */
export function measureStages(plan: Plan, stages: readonly Stage[]): MeasureStage[] {
  if (!plan.measures || plan.measures.metrics.length === 0) return []
  return [
    {
      kind: 'measure',
      id: 'measure',
      label: 'Measures',
      explains: 'Queues the chosen metrics over the seeds and all evolvers.',
      after: stages.map(({ id }) => id),
      isShared: true,
    },
  ]
}

/** Returns the reading of a reply that is the text wanted, without blanks around it: empty and cut ones are said. */
export function readText(reply: { text: string; finishReason: string }): Reading {
  const value = reply.text.trim()
  if (value === '') return { status: 'failed', reason: 'empty', value }
  const isCut = reply.finishReason === 'length'
  return isCut
    ? { status: 'failed', reason: 'truncated', value }
    : { status: 'ok', reason: null, value }
}
