import { promptVersionSchema, type PromptVersion } from '@/lib/contracts/experiment'
import type { StageData } from '../types'

/** Returns the id of the stage that chooses the prompt of a step; step 0 is the one to begin with. */
export function promptStageId(step: number): string {
  return `prompt-${step}`
}

/** Returns the prompt that a step left, and whether it is the one that the step began with. */
export function lastPrompt(data: StageData, step: number): PromptVersion & { isKept: boolean } {
  const items = data.items(promptStageId(step))
  const chosen = items.find(({ status }) => status === 'ok')
  if (!chosen) throw new TypeError(`step ${step} left no prompt`)
  return { ...promptVersionSchema.parse(chosen.value), isKept: chosen.key === KEPT }
}

/** Key of the prompt that a step began with. */
export const KEPT = 'c0'
