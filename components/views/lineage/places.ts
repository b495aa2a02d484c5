import type { LineageSeed, LineageStep } from '@/lib/contracts/lineage'
import type { StudyDetail } from '@/lib/contracts/study'

/** A column of the grid: one evolver in one round. */
export interface StepPlace {
  armKey: string
  round: number
}

/** Returns the places of the evolved files, evolvers side by side, rounds in order. */
export function placesOf(detail: StudyDetail): StepPlace[] {
  return detail.arms.flatMap(({ key }) => {
    const rounds = detail.cells.flatMap(({ armKey, round }) => (armKey === key ? round : []))
    return [...new Set(rounds)].sort((a, b) => a - b).map((round) => ({ armKey: key, round }))
  })
}

/** Returns the step of a seed at a place, null where it has none. */
export function stepAt(
  seed: LineageSeed,
  place: { armKey: string | null; round: number },
): LineageStep | null {
  const { armKey, round } = place
  return seed.steps.find((step) => step.armKey === armKey && step.round === round) ?? null
}

/** Returns the row that a step was made from, null where the seed's steps do not hold it. */
export function parentIn(seed: LineageSeed, { parent }: LineageStep): LineageStep | null {
  if (parent === null) return null
  return (
    seed.steps.find(({ cellId, idx }) => cellId === parent.cellId && idx === parent.idx) ?? null
  )
}

/**
 * Returns the step next to another one: the nearest round of the same evolver before or after it (the seed lies before the first), or the
 * nearest evolver to the left or right, in the same round where it has one, or the next or previous step of the row. Null at the edge.
 */
export function neighbourOf(
  seed: LineageSeed,
  from: LineageStep | null,
  direction: 'earlier' | 'later' | 'left' | 'right' | 'next' | 'previous',
  arms: readonly string[],
): LineageStep | null {
  if (from === null) return seed.steps[0] ?? null
  if (direction === 'next' || direction === 'previous') {
    return seed.steps[seed.steps.indexOf(from) + (direction === 'next' ? 1 : -1)] ?? null
  }
  const own = seed.steps.filter(({ armKey }) => armKey === null || armKey === from.armKey)
  if (direction === 'earlier') {
    return own.findLast((step) => step.round < from.round) ?? null
  }
  if (direction === 'later') {
    const further = from.armKey === null ? seed.steps : own
    return further.find((step) => step.round > from.round) ?? null
  }
  const present = arms.filter((arm) => seed.steps.some(({ armKey }) => armKey === arm))
  const at = from.armKey === null ? -1 : present.indexOf(from.armKey)
  const arm = present[direction === 'left' ? at - 1 : at + 1]
  const ofArm = seed.steps.filter(({ armKey }) => armKey === arm)
  return ofArm.find(({ round }) => round === from.round) ?? ofArm[0] ?? null
}
