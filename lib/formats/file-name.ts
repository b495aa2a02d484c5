import type { FileNameGuess } from './names/guess'
import { guessOf, readName } from './names/read-name'
import { judgeTogether } from './names/together'

export type { FileNameGuess } from './names/guess'

/** Returns what a file name or path says: the paper's names first, then general patterns of seed set, round and evolver. */
export function guessFromFileName(path: string): FileNameGuess {
  return guessOf(readName(path))
}

/**
 * Returns what the names of files that belong together say, in their order. What stays equal and what varies among them
 * settles what one name leaves open; `knownSets` are seed sets that the study holds already.
 */
export function guessFromFileNames(
  paths: readonly string[],
  knownSets: readonly string[] = [],
): FileNameGuess[] {
  return judgeTogether(paths.map(readName), knownSets)
}
