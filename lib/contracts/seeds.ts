/** The word that stands for the seed rows wherever the key of an arm is expected: they belong to none. */
export const SEEDS_KEY = 'seeds'

/** The name under which the seed rows are shown. */
export const SEEDS_LABEL = 'Seeds'

/** Returns the place of a cell in words, by its keys. */
export function cellPlace(cell: {
  seedSetKey: string
  armKey: string | null
  round: number
}): string {
  return `${cell.seedSetKey}, ${cell.armKey ?? SEEDS_KEY}, round ${cell.round}`
}
