import type { AtomOf } from '@/lib/contracts/condition'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { CellRef } from '../../cells'
import type { ConditionKind } from './types'

/** Returns whether a cell is of the seed sets, arms and rounds that are named; an empty list names all. */
export function isFrom(
  cell: CellRef,
  { seedSets, arms, rounds }: Pick<AtomOf<'origin'>, 'seedSets' | 'arms' | 'rounds'>,
): boolean {
  return (
    (seedSets.length === 0 || seedSets.includes(cell.seedSetKey)) &&
    (arms.length === 0 || arms.includes(cell.armKey ?? SEEDS_KEY)) &&
    (rounds.length === 0 || rounds.includes(cell.round))
  )
}

export const origin: ConditionKind<AtomOf<'origin'>> = {
  open: (_, atom) => (mask, cell) => {
    if (!isFrom(cell, atom)) mask.fill(0)
  },
}
