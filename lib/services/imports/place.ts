import { keySchema, LIMITS } from '@/lib/contracts/limits'
import type { ImportPlan } from '@/lib/contracts/study'
import type { Restored } from './bundle/restored'
import { guessFromFileNames, type FileNameGuess } from '@/lib/formats/file-name'

/** Keys stand in URLs and filters. */
const MAX_KEY = 40

/** Where a file belongs, in the terms of an import plan. */
export type Place = Pick<
  ImportPlan,
  | 'seedSetKey'
  | 'seedSetLabel'
  | 'armKey'
  | 'armLabel'
  | 'armClass'
  | 'scenario'
  | 'round'
  | 'align'
  | 'operators'
>

/** Returns a key of lower-case letters, digits and dashes; names of other scripts keep a stable key by their code points. */
export function slug(name: string, fallback: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_KEY)
    .replace(/-+$/, '')
  // A reserved word is no key, though a file may be named so.
  if (plain !== '') return keySchema.safeParse(plain).success ? plain : `${plain}-${fallback}`
  const points = [...name].slice(0, 6).map((char) => (char.codePointAt(0) as number).toString(36))
  return points.length > 0 ? points.join('-').slice(0, MAX_KEY) : fallback
}

/** Returns a label as it can be stored: a name that is too long is cut, between characters. */
function labelOf(text: string): string {
  const label = text.charAt(0).toUpperCase() + text.slice(1)
  return label.slice(0, LIMITS.label).replace(/[\uD800-\uDBFF]$/, '')
}

/** Rounds whose name tells no seed set still belong together. */
const UNNAMED_SET = 'main'

function armOf(guess: FileNameGuess): { key: string; label: string } | null {
  if (guess.armClass === 'seeds') return null
  if (guess.round === null && guess.armLabel === null && !guess.isEvolved) return null
  const parts = [guess.armLabel ?? 'evolver']
  // Another scenario or a reordered file is another arm: its rows do not meet those of the plain one.
  if (guess.scenario === 'auto-evol') parts.unshift('auto')
  if (guess.variant !== null) parts.push(guess.variant)
  return { key: slug(parts.join('-'), 'evolver'), label: labelOf(parts.join(' ')) }
}

/** The name says more than a word that could be anything. */
function isTold({ round, armLabel, isEvolved }: FileNameGuess): boolean {
  return round !== null || armLabel !== null || isEvolved
}

function notesOf(guess: FileNameGuess, operators: Place['operators']): string[] {
  const notes = [...guess.notes]
  if (guess.round !== null && guess.seedSet === null) {
    notes.push(`The name does not tell the seed set; "${UNNAMED_SET}" is proposed.`)
  }
  if (operators !== 'none') {
    const count = operators === 'rotation5' ? 'five operators, breadth included' : 'four operators'
    notes.push(
      `Named like the files of the study: operators are proposed by its rotation (${count}). The file does not record them; choose none if it was not so.`,
    )
  }
  return notes
}

function placeOf(
  guess: FileNameGuess,
  path: string,
  knownSets: readonly KnownSet[],
): { place: Place; notes: string[] } {
  const stem = (path.split(/[\\/]/).pop() ?? '').replace(/\.[^.]*$/, '')
  const unnamed = guess.round === null ? stem || 'seeds' : UNNAMED_SET
  const seedSet = guess.seedSet ?? unnamed
  const key = slug(seedSet, 'seeds')
  const known = knownSets.find((set) => set.key === key)
  const arm = armOf(guess)
  const align = arm && guess.alignable ? 'index' : 'none'
  const operators = align === 'index' ? (guess.rotation ?? 'none') : 'none'
  return {
    place: {
      seedSetKey: key,
      seedSetLabel: known?.label ?? labelOf(seedSet.replace(/[_-]+/g, ' ')),
      armKey: arm?.key ?? null,
      armLabel: arm?.label ?? null,
      armClass: guess.armClass === 'seeds' ? 'other' : guess.armClass,
      scenario: guess.scenario,
      round: arm ? Math.max(1, guess.round ?? 1) : 0,
      align,
      operators,
    },
    notes: notesOf(guess, operators),
  }
}

/** A seed set that the study holds. */
export interface KnownSet {
  key: string
  label: string
}

/** Where a file seems to belong, and what was noticed. */
export interface FilePlace {
  place: Place
  notes: string[]
  /** False when the names of the other files say where they belong and this one does not. */
  isPlaced: boolean
}

/**
 * Returns where files that belong together seem to belong by their names or paths, in their order, and what was noticed;
 * a name that tells nothing is taken for seeds.
 */
export function guessPlaces(
  paths: readonly string[],
  knownSets: readonly KnownSet[] = [],
): FilePlace[] {
  const guesses = guessFromFileNames(
    paths,
    knownSets.map(({ key }) => key),
  )
  const told = new Set(guesses.filter(isTold).map(({ seedSet }) => seedSet))
  return guesses.map((guess, k) => {
    const belongs = told.has(guess.seedSet) || knownSets.some(({ key }) => key === guess.seedSet)
    const isPlaced = isTold(guess) || told.size === 0 || belongs
    return { ...placeOf(guess, paths[k] as string, knownSets), isPlaced }
  })
}

/** Returns where an export says that the rows of a file belong. */
export function restoredPlace({ place, notes }: Restored): FilePlace {
  const align = place.armKey === null ? 'none' : 'lineage'
  const unsaid = { armClass: 'other', scenario: 'other', operators: 'none' } as const
  return { place: { ...place, ...unsaid, align }, notes, isPlaced: true }
}
