import type { ImportPlan } from '@/lib/contracts/study'
import { guessFromFileName, type FileNameGuess } from '@/lib/formats/file-name'

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
  if (plain !== '') return plain
  const points = [...name].slice(0, 6).map((char) => (char.codePointAt(0) as number).toString(36))
  return points.length > 0 ? points.join('-').slice(0, MAX_KEY) : fallback
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function armOf(guess: FileNameGuess): { key: string; label: string } | null {
  if (guess.armClass === 'seeds') return null
  if (guess.round === null && guess.armLabel === null) return null
  const parts = [guess.armLabel ?? 'evolver']
  // Another scenario or a reordered file is another arm: its rows do not meet those of the plain one.
  if (guess.scenario === 'auto-evol') parts.unshift('auto')
  if (guess.variant !== null) parts.push(guess.variant)
  return { key: slug(parts.join('-'), 'evolver'), label: capitalised(parts.join(' ')) }
}

/** Returns where a file seems to belong by its name or path, and what was noticed; a name that tells nothing is taken for seeds. */
export function guessPlace(path: string): { place: Place; notes: string[] } {
  const guess = guessFromFileName(path)
  const stem = (path.split(/[\\/]/).pop() ?? '').replace(/\.[^.]*$/, '')
  const seedSet = guess.seedSet ?? (stem || 'seeds')
  const arm = armOf(guess)
  return {
    place: {
      seedSetKey: slug(seedSet, 'seeds'),
      seedSetLabel: capitalised(seedSet.replace(/[_-]+/g, ' ')),
      armKey: arm?.key ?? null,
      armLabel: arm?.label ?? null,
      armClass: guess.armClass === 'seeds' ? 'other' : guess.armClass,
      scenario: guess.scenario,
      round: arm ? Math.max(1, guess.round ?? 1) : 0,
      align: arm && guess.alignable ? 'index' : 'none',
      // The files do not say which rotation was used, so none is assumed.
      operators: 'none',
    },
    notes: guess.notes,
  }
}
