import { evolvedGuess, seedGuess, withVariant, type FileNameGuess } from './guess'
import { paperName } from './paper'
import { isSizeWord, isWizard, textOf, wordsOf, type Word } from './words'

const EXTENSION = /\.(json|jsonl|ndjson|csv|tsv|txt|parquet|gz|zst)$/i
const VARIANT = /[-_](sample|sampled_subset|sorted[-_].+)$/i
/** Folders further out name machines and projects rather than parts of a study. */
const FOLDERS = 3
// Folders that say where files lie, not what they hold.
const PLAIN_FOLDER =
  /^(?:public|samples?|src|home|users?|tmp|temp|te?mp\d*|exports?|downloads?|documents|desktop|work|runs?|experiments?|exp|raw|uploads?|archive|unpacked|llama-?factory|projects?|repo|study|studies|\d+)$/i

// Parts of a seed set that are still its seeds.
const SET_PART = /^(?:test|val|valid|validation|dev|demo|zh|cn|main)$/

/** A path taken apart: the words of its name and of its folders, innermost first. */
export interface ReadName {
  path: string
  /** The name without extension and variant. */
  name: string
  words: Word[]
  folders: { text: string; words: Word[] }[]
  variant: string | null
  notes: string[]
}

function bareName(file: string, notes: string[]): string {
  let name = file
  while (EXTENSION.test(name)) name = name.replace(EXTENSION, '')
  if (!name.endsWith('_distance')) return name
  notes.push('Output of the distance script; its name was cut at the first dot of the source name.')
  return name.replace(/_distance$/, '')
}

/** Returns the words of a path, each with what it seems to be. */
export function readName(path: string): ReadName {
  const segments = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.')
  const file = segments.pop() ?? ''
  const notes: string[] = []
  const full = bareName(file, notes)
  const variant = VARIANT.exec(full)
  const name = variant ? full.slice(0, variant.index) : full
  const folders = segments
    .slice(-FOLDERS)
    .toReversed()
    .map((text) => ({ text, words: wordsOf(text) }))
  return { path, name, words: wordsOf(name), folders, variant: variant?.[1] ?? null, notes }
}

function ofRole(words: readonly Word[], ...roles: Word['role'][]): Word[] {
  return words.filter((word) => roles.includes(word.role))
}

/** The round that words name: null for none, NaN for two that differ. */
function roundOf(words: readonly Word[]): number | null {
  const values = new Set(ofRole(words, 'round').flatMap((w) => (w.isDoubtful ? [] : [w.value])))
  const isSized = words.some((word) => isSizeWord(word.lower))
  // `gsm8k_r1_small`: where the evolver is named otherwise, r1 is no model.
  if (values.size === 0 && isSized && words.some((word) => word.isDoubtful)) return 1
  if (values.size > 1) return Number.NaN
  return [...values][0] ?? null
}

/** Runs of words that name a model or a way of decoding, as [first, end) positions. */
function modelRuns(words: readonly Word[]): [number, number][] {
  const runs: [number, number][] = []
  for (let k = 0; k < words.length; k++) {
    if (words[k]?.role !== 'model' && words[k]?.role !== 'decoding') continue
    const last = runs.at(-1)
    if (last && last[1] === k) last[1] = k + 1
    else runs.push([k, k + 1])
  }
  return runs
}

/** `qwen2.5-7b-lora_gsm8k`: words behind the model that only its own separator divides from it belong to it. */
function widened(words: readonly Word[], [first, end]: [number, number]): [number, number] {
  const inner = words[first + 1]?.separator
  if (inner === undefined || first + 1 >= end) return [first, end]
  let last = end
  while (words[last]?.role === 'word' && words[last]?.separator === inner) last += 1
  const next = words[last]
  // Without another separator behind it nothing tells where the model ends.
  return next && next.separator === inner ? [first, end] : [first, last]
}

interface Parts {
  label: string | null
  /** Words that are neither round nor evolver. */
  rest: Word[]
}

/** The evolver in a name: of two models the one behind the round, else the last. */
function evolverOf(words: readonly Word[], notes: string[]): Parts {
  const runs = modelRuns(words)
  if (runs.length === 0) return { label: null, rest: [...words] }
  const naming = runs.filter(([first, end]) =>
    words.slice(first, end).some((w) => w.role === 'model'),
  )
  const [chosen, ...others] = (naming.length > 0 ? naming : runs).toReversed()
  const decoding = runs.filter((run) => !naming.includes(run) && run !== chosen)
  const [first, end] = widened(words, chosen as [number, number])
  const label = [
    textOf(words.slice(first, end)),
    ...decoding.map(([from, to]) => textOf(words.slice(from, to))),
  ].join('-')
  if (others.length > 0)
    notes.push(`The name holds two models; "${label}" is taken for the evolver.`)
  const used = new Set([
    ...words.slice(first, end),
    ...decoding.flatMap(([a, b]) => words.slice(a, b)),
  ])
  return { label, rest: words.filter((word) => !used.has(word)) }
}

/** Words that name a seed set, as one text; a model that is not the evolver counts among them. */
function setText(words: readonly Word[]): string | null {
  const kept = words.filter((word, k) => {
    if (word.role === 'number') return ['set', 'word'].includes(words[k - 1]?.role ?? '')
    return ['set', 'word', 'model'].includes(word.role)
  })
  if (!kept.some((word) => word.role !== 'number')) return null
  return kept
    .map((word, k) => {
      if (k === 0) return word.text
      const isNext = words[words.indexOf(word) - 1] === kept[k - 1]
      return `${isNext ? word.separator : '-'}${word.text}`
    })
    .join('')
}

/** `mytask-iter1-teamA`: names on both sides of the round are seed set and evolver, known sets on either side. */
function aroundRound(words: readonly Word[]): { set: string; label: string } | null {
  const at = words.findIndex((word) => word.role === 'round' && !word.isDoubtful)
  if (at < 0) return null
  const sides = [words.slice(0, at), words.slice(at + 1)] as const
  const [before, after] = sides.map(setText)
  if (!before || !after) return null
  const isSet = sides.map((side) => side.some((word) => word.role === 'set'))
  return isSet[1] && !isSet[0] ? { set: after, label: before } : { set: before, label: after }
}

function isPlain(folder: { text: string; words: Word[] }): boolean {
  return (
    PLAIN_FOLDER.test(folder.text) ||
    folder.words.every((w) => w.role === 'noise' || w.role === 'evolved')
  )
}

/** What the folders say where the name is silent: evolver, seed set. */
function fromFolders({ folders }: ReadName, wantsLabel: boolean, wantsSet: boolean) {
  let label: string | null = null
  let set: string | null = null
  const open = folders.filter((folder) => !isPlain(folder))
  const unnamed: string[] = []
  for (const { words } of open) {
    const parts = evolverOf(words, [])
    if (parts.label !== null && label === null) label = parts.label
    const text = setText(parts.rest)
    if (text === null) continue
    if (parts.rest.some((word) => word.role === 'set')) set ??= text
    else unnamed.push(text)
  }
  // <evolver>/<seed set>/round2: unknown folders count from the inside.
  const isFolderSet = set === null
  if (wantsSet) set ??= unnamed.shift() ?? null
  if (wantsSet && wantsLabel) label ??= unnamed.shift() ?? null
  return { label, set, isFolderSet }
}

/** The round that the innermost part of the path with a round or the word for seeds tells; 0 for seeds. */
function roundHint({ words, folders }: ReadName): number | null {
  const own = roundOf(words) ?? (ofRole(words, 'seed').length > 0 ? 0 : null)
  if (own !== null) return own
  for (const { words: named } of folders) {
    const round = roundOf(named) ?? (named.length === 1 && named[0]?.role === 'seed' ? 0 : null)
    if (round !== null) return round
  }
  return null
}

function isKnownSet(words: readonly Word[]): boolean {
  const parts = ofRole(words, 'set', 'word', 'number')
  const isPart = ({ role, lower }: Word) => role === 'set' || SET_PART.test(lower)
  return parts.some(({ role }) => role === 'set') && parts.every(isPart)
}

function scenarioOf(words: readonly Word[]): FileNameGuess['scenario'] {
  const isAuto = ofRole(words, 'evolved').some(({ lower }) => lower.startsWith('auto'))
  return isAuto ? 'auto-evol' : 'evol-instruct'
}

function finish(read: ReadName, guess: FileNameGuess): FileNameGuess {
  if (read.variant === null) return guess
  const isSorted = read.variant.toLowerCase().startsWith('sorted')
  return withVariant(guess, !isSorted, isSorted ? read.variant.slice('sorted-'.length) : undefined)
}

function generalName(read: ReadName, notes: string[]): FileNameGuess {
  const { words, folders } = read
  const round = roundHint(read)
  const isEvolved = [words, ...folders.map((folder) => folder.words)].some(
    (list) => ofRole(list, 'evolved').length > 0,
  )
  const isSeed = round === 0
  const known = round !== null && round > 0 ? round : null
  if (known === null && isEvolved) {
    for (const word of words) if (isWizard(word.lower)) word.role = 'word'
  }
  if (isSeed && known === null) {
    const own = setText(words)
    const outer = fromFolders(read, false, true)
    const isFolderSet = own === null && outer.isFolderSet
    return finish(read, { ...seedGuess(own ?? outer.set, notes), isFolderSet })
  }
  const own = evolverOf(words, notes)
  const around = own.label === null && known !== null ? aroundRound(words) : null
  const ownSet = around?.set ?? setText(own.rest)
  const outer = fromFolders(read, own.label === null && around === null, ownSet === null)
  const label = around?.label ?? own.label ?? outer.label
  const set = ownSet ?? outer.set
  if (known !== null) {
    if (label === null) notes.push('The name does not say who evolved.')
    const guess = evolvedGuess(set, known, label, scenarioOf(words), notes)
    const isFolderSet = ownSet === null && outer.isFolderSet
    return finish(read, { ...guess, isFolderSet, alignable: guess.scenario !== 'auto-evol' })
  }
  const isDoubtful = words.some((word) => word.isDoubtful) || Number.isNaN(round)
  if (label === null && !isEvolved && !isDoubtful && isKnownSet(own.rest)) {
    notes.push('Taken for seeds: the name is that of a seed set and has no round.')
    return finish(read, seedGuess(set, notes))
  }
  return finish(read, withoutRound(read, set, label, isEvolved || isDoubtful, notes))
}

function withoutRound(
  read: ReadName,
  set: string | null,
  label: string | null,
  isEvolved: boolean,
  notes: string[],
): FileNameGuess {
  if (read.words.filter(({ role }) => role === 'round').length > 1) {
    notes.push('The name holds two rounds; please fill in the right one.')
  } else if (read.words.some((word) => word.isDoubtful)) {
    notes.push('"r1" may be the first round or the model R1; please fill in the round.')
  } else if (isEvolved) {
    notes.push('The name speaks of evolution but tells no round; please fill it in.')
  } else if (label !== null) {
    notes.push(`The name tells a model ("${label}") but no round; please check both.`)
  } else {
    notes.push('The name tells neither round nor evolver; please fill them in.')
  }
  const scenario = isEvolved ? scenarioOf(read.words) : 'other'
  const seedSet = isEvolved || label !== null ? (set ?? read.name) : read.name
  const guess = evolvedGuess(seedSet, null, label, scenario, notes)
  return { ...guess, isEvolved, alignable: scenario !== 'auto-evol' }
}

/** Returns what the words of one path say: the paper's names first, then general patterns of seed set, round and evolver. */
export function guessOf(read: ReadName): FileNameGuess {
  const notes = [...read.notes]
  const whole = read.variant === null ? read.name : `${read.name}-${read.variant}`
  return paperName(whole, notes) ?? generalName(read, notes)
}
