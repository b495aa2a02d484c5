import type { StageItem } from '@/lib/contracts/experiment'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { isMade } from '../shared'
import type { SeedRow, StageData } from '../types'
import { optionsOf } from './options'
import { lastPrompt } from './prompt-version'
import { madeSchema } from './reply'

/** Returns the id of a stage of a step. */
export const idOf = (step: number, part: string): string => `step-${step}-${part}`

/** Returns the seeds of the development set, and those that a step looks at. */
export function drawn(data: StageData, step: number): { development: SeedRow[]; batch: SeedRow[] } {
  const { batch, development, seed } = optionsOf(data.plan)
  const all = data.seeds().filter(({ instruction }) => instruction !== '')
  const at = (place: number) => all[place] as SeedRow
  const order = [...sampleWithoutReplacement(all.length, all.length, seed)].map(at)
  const size = Math.min(development, Math.ceil(all.length / 2))
  const rest = order.length > size ? order.slice(size) : order
  const first = (step - 1) * batch
  const own = Array.from(
    { length: Math.min(batch, rest.length) },
    (_, n) => rest[(first + n) % rest.length] as SeedRow,
  )
  return { development: order.slice(0, size), batch: own }
}

/** Returns whether a step has nothing to do: the one before it found no better prompt. */
export function hasEnded(data: StageData, step: number): boolean {
  return step > 1 && lastPrompt(data, step - 1).isKept
}

/** Returns the instruction of an evolved item; null where there is none. */
export function instructionOf(item: StageItem | undefined): string | null {
  return item && isMade(item) ? madeSchema.parse(item.value).instruction : null
}
