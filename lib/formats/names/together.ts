import { classOf, type FileNameGuess } from './guess'
import { guessOf, type ReadName } from './read-name'
import type { Word } from './words'

interface Judged {
  read: ReadName
  guess: FileNameGuess
}

/** Spelling does not tell seed sets apart: `code_alpaca`, `CodeAlpaca`. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

function allWords(read: ReadName): Word[] {
  return [...read.words, ...read.folders.flatMap(({ words }) => words)]
}

/** The path with one word left out: equal for files that differ in that word alone. */
function frameOf(read: ReadName, without: Word): string {
  return allWords(read)
    .map((word) => (word === without ? '#' : word.lower))
    .join('/')
}

/** `x_r1`, `x_r2`: a doubtful first round is one where a second exists. */
function settleFirstRounds(reads: readonly ReadName[]): void {
  const frames = new Set<string>()
  for (const read of reads) {
    for (const word of allWords(read)) {
      if (/^r\d+$/.test(word.lower) && word.lower !== 'r1' && word.role === 'round') {
        frames.add(frameOf(read, word))
      }
    }
  }
  for (const read of reads) {
    for (const word of allWords(read)) {
      if (word.isDoubtful && frames.has(frameOf(read, word))) word.isDoubtful = false
    }
  }
}

/** A folder of all files says nothing of their rounds where names tell them: `gen2/alpaca-iter1.json`. */
function settleCommonFolders(reads: readonly ReadName[]): void {
  const hasOwn = reads.some(({ words }) => words.some(({ role }) => role === 'round'))
  if (!hasOwn || reads.length < 2) return
  for (const read of reads) {
    for (const folder of read.folders) {
      const isCommon = reads.every(({ folders }) =>
        folders.some(({ text }) => text === folder.text),
      )
      if (!isCommon) continue
      for (const word of folder.words) if (word.role === 'round') word.role = 'detail'
    }
  }
}

/** `evolved_1` to `evolved_3`: bare numbers from 0 or 1 on are rounds where a name speaks of evolution or a model. */
function settleNumbers(reads: readonly ReadName[]): void {
  const groups = new Map<string, { read: ReadName; word: Word; value: number }[]>()
  for (const read of reads) {
    if (allWords(read).some(({ role }) => role === 'round' || role === 'seed')) continue
    for (const word of read.words) {
      if (!/^\d{1,2}$/.test(word.lower) || word.role === 'detail') continue
      const frame = frameOf(read, word)
      groups.set(frame, [...(groups.get(frame) ?? []), { read, word, value: Number(word.lower) }])
    }
  }
  for (const group of groups.values()) {
    const values = group.map(({ value }) => value).toSorted((a, b) => a - b)
    const first = values[0] as number
    const isRow = values.length > 1 && first <= 1 && values.every((value, k) => value === first + k)
    const speaks = group.every(({ read, word }) =>
      allWords(read).some(
        (other) => other !== word && (other.role === 'evolved' || other.role === 'model'),
      ),
    )
    if (!isRow || !speaks) continue
    for (const { read, word, value } of group) {
      Object.assign(word, { role: 'round', value, isDoubtful: false })
      read.notes.push(
        `Taken for rounds: the names differ in the numbers ${first} to ${values.at(-1)}.`,
      )
    }
  }
}

/** Takes the spelling of a known seed set, and splits it off a longer name whose rest is then the evolver. */
function settleByKnownSets(judged: readonly Judged[], known: readonly string[]): void {
  for (const { guess } of judged) {
    if (guess.seedSet === null) continue
    const own = guess.seedSet
    const same = known.find((set) => plain(set) === plain(own))
    if (same !== undefined) {
      guess.seedSet = same
      continue
    }
    if (guess.armLabel !== null || guess.round === null || guess.round === 0) continue
    for (const set of known.toSorted((a, b) => b.length - a.length)) {
      const lower = own.toLowerCase()
      const isHead = lower.startsWith(set.toLowerCase()) && /[-_. ]/.test(own.charAt(set.length))
      const isTail =
        lower.endsWith(set.toLowerCase()) && /[-_. ]/.test(own.charAt(own.length - set.length - 1))
      if (!isHead && !isTail) continue
      const rest = isHead ? own.slice(set.length + 1) : own.slice(0, own.length - set.length - 1)
      named(guess, set, rest)
      break
    }
  }
}

function named(guess: FileNameGuess, seedSet: string, label: string): void {
  guess.seedSet = seedSet
  guess.armLabel = label
  guess.armClass = classOf(label)
  guess.notes = guess.notes.filter((note) => note !== 'The name does not say who evolved.')
  guess.notes.push(`Told by the other files: "${label}" is the evolver of "${seedSet}".`)
}

/** `foo_a_iter1`, `foo_b_iter1`: what stays equal is the seed set, what varies the evolver, known sets excepted. */
function settleByVariation(judged: readonly Judged[]): void {
  const open = judged.filter(
    ({ guess }) =>
      guess.round !== null && guess.round > 0 && guess.armLabel === null && guess.seedSet !== null,
  )
  const parts = open.map(({ guess }) => (guess.seedSet as string).split(/[-_. ]/))
  const length = parts[0]?.length ?? 0
  if (length < 2 || parts.some((words) => words.length !== length)) return
  const columns = Array.from(
    { length },
    (_, k) => new Set(parts.map((words) => plain(words[k] as string))),
  )
  const varying = columns.flatMap((values, k) => (values.size > 1 ? [k] : []))
  const [at] = varying
  if (varying.length !== 1 || at === undefined) return
  const setWords = new Set(
    open.flatMap(({ read }) =>
      read.words.filter(({ role }) => role === 'set').map(({ lower }) => lower),
    ),
  )
  const isSets = [...(columns[at] as Set<string>)].every((value) => setWords.has(value))
  for (const [k, { guess }] of open.entries()) {
    const words = parts[k] as string[]
    const one = words[at] as string
    const rest = words.filter((_, j) => j !== at).join('-')
    if (isSets) named(guess, one, rest)
    else named(guess, rest, one)
  }
}

/** One seed set among the files: those that name none are of it. */
function shareOnlySet(judged: readonly Judged[], known: readonly string[]): void {
  const sets = new Map<string, string>()
  for (const { guess } of judged) {
    if (guess.seedSet === null || guess.round === null || guess.isFolderSet) continue
    sets.set(plain(guess.seedSet), guess.seedSet)
  }
  if (sets.size === 0) for (const set of known) sets.set(plain(set), set)
  if (sets.size !== 1) return
  const only = [...sets.values()][0] as string
  for (const { guess } of judged) {
    if (guess.round !== null && (guess.seedSet === null || guess.isFolderSet)) guess.seedSet = only
  }
}

/** `epoch 3`: a number with the word that it counts. */
function counted(list: readonly Word[], word: Word): string {
  const before = list[list.indexOf(word) - 1]
  const isCounted = /^[\d.]+$/.test(word.text) && before?.role === word.role
  return isCounted ? `${before.text}${word.text}` : word.text
}

/** Files that would take one place: the words in which they differ name the evolver's variant. */
function partCollisions(judged: readonly Judged[]): void {
  const places = new Map<string, Judged[]>()
  for (const one of judged) {
    const { seedSet, armLabel, round, scenario, variant } = one.guess
    if (round === 0 || (round === null && armLabel === null && !one.guess.isEvolved)) continue
    const place = JSON.stringify([plain(seedSet ?? ''), armLabel, round, scenario, variant])
    places.set(place, [...(places.get(place) ?? []), one])
  }
  for (const group of places.values()) {
    if (group.length < 2) continue
    const lists = group.map(({ read }) => allWords(read))
    for (const [k, { guess }] of group.entries()) {
      const others = lists.filter((_, j) => j !== k)
      const own = (lists[k] as Word[]).filter(
        (word) => !others.every((list) => list.some(({ lower }) => lower === word.lower)),
      )
      if (own.length === 0 || own.some(({ role }) => role === 'number')) continue
      const label = own.map((word) => counted(lists[k] as Word[], word)).join('-')
      guess.armLabel = guess.armLabel === null ? label : `${guess.armLabel}-${label}`
      guess.armClass = classOf(guess.armLabel)
    }
  }
}

/** Returns the guesses of files that belong together: what varies among them is what it seems. */
export function judgeTogether(
  reads: readonly ReadName[],
  knownSets: readonly string[],
): FileNameGuess[] {
  settleFirstRounds(reads)
  settleCommonFolders(reads)
  settleNumbers(reads)
  const judged = reads.map((read) => ({ read, guess: guessOf(read) }))
  const seedSets = judged.flatMap(({ guess }) =>
    guess.round === 0 && guess.seedSet !== null ? [guess.seedSet] : [],
  )
  settleByKnownSets(judged, [...new Set([...seedSets, ...knownSets])])
  settleByVariation(judged)
  shareOnlySet(judged, knownSets)
  partCollisions(judged)
  return judged.map(({ guess }) => guess)
}
