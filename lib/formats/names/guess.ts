/** What a file name says about its rows, to be confirmed by the user. */
export interface FileNameGuess {
  /** Seed set, null when the name does not tell. */
  seedSet: string | null
  /** The seed set is the name of a folder that is no known set; a name in another file tells more. */
  isFolderSet: boolean
  /** 0 = the seeds, k = the k-th evolution; null when the name does not tell. */
  round: number | null
  /** Who evolved; null for seeds and where the name does not tell. */
  armLabel: string | null
  armClass: 'small' | 'large' | 'seeds' | 'other'
  scenario: 'evol-instruct' | 'autoif' | 'auto-evol' | 'other'
  /** `sample`, `sorted-ifd`, ...: a subset or reordering of another file. */
  variant: string | null
  /** False when rows must not be aligned with their parents by index. */
  alignable: boolean
  /** The name speaks of evolution, so the rows are no seeds even where the round is not told. */
  isEvolved: boolean
  /** The rotation of operators that the study of these names used; null for names of anyone else. */
  rotation: 'rotation4' | 'rotation5' | null
  notes: string[]
}

/** Returns the guess of a file of evolved rows. */
export function evolvedGuess(
  seedSet: string | null,
  round: number | null,
  label: string | null,
  scenario: FileNameGuess['scenario'],
  notes: string[],
): FileNameGuess {
  return {
    seedSet,
    isFolderSet: false,
    round,
    armLabel: label,
    armClass: classOf(label ?? ''),
    scenario,
    variant: null,
    alignable: true,
    isEvolved: true,
    rotation: null,
    notes,
  }
}

/** Returns the guess of a seed file. */
export function seedGuess(seedSet: string | null, notes: string[]): FileNameGuess {
  const guess = evolvedGuess(seedSet, 0, null, 'evol-instruct', notes)
  return { ...guess, armClass: 'seeds', isEvolved: false }
}

/** Returns the guess marked as a random sample or as sorted by a score; neither meets its source by position. */
export function withVariant(
  guess: FileNameGuess,
  isSample: boolean,
  sortedBy?: string,
): FileNameGuess {
  const marked = { ...guess, alignable: false, rotation: null }
  if (sortedBy !== undefined) {
    guess.notes.push(
      'The rows are sorted by a score, so row numbers do not match those of the source.',
    )
    return { ...marked, variant: `sorted-${sortedBy}` }
  }
  if (!isSample) return guess
  guess.notes.push('A random sample in random order: row numbers do not match those of the source.')
  return { ...marked, variant: 'sample' }
}

/** Returns the class that a label suggests: a size word, else billions of parameters (up to 14 small, from 30 large). */
export function classOf(label: string): 'small' | 'large' | 'other' {
  const words = label.toLowerCase().split(/[-_ ]/)
  if (words.some((word) => /^(small|mini|tiny|slm)$/.test(word))) return 'small'
  if (words.some((word) => /^(large|big|llm)$/.test(word))) return 'large'
  const size = words.map((word) => /^(\d+(?:\.\d+)?)([bm])$/.exec(word)).find(Boolean)
  if (!size) return 'other'
  const billions = size[2] === 'm' ? 0 : Number(size[1])
  if (billions <= 14) return 'small'
  return billions >= 30 ? 'large' : 'other'
}
