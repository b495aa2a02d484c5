/** The word that stands for the seed rows wherever the key of an arm is expected: they belong to none. */
export const SEEDS_KEY = 'seeds'

/** Returns the place of a cell in words, by its keys. */
export function cellPlace(cell: {
  seedSetKey: string
  armKey: string | null
  round: number
}): string {
  return `${cell.seedSetKey}, ${cell.armKey ?? SEEDS_KEY}, round ${cell.round}`
}
