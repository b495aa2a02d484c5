/** What a file name says about its rows, to be confirmed by the user. */
export interface FileNameGuess {
  /** Seed set, null when the name does not tell. */
  seedSet: string | null
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
  notes: string[]
}

// Names in the paper's code; formats.md section 2.
const ITER =
  /^(alpaca|gsm8k|code)-iter(\d+)-(small|large)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/
const AUTO = /^(.+)-auto-(small|large)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/
const AUTOIF = /^autoif-(small|large)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/
const LOGPROBS = /^logprobs-(small|large)$/
const EXTENSION = /\.(json|jsonl|ndjson|csv|tsv|txt|parquet|gz)$/i
const ROUND =
  /(?:^|[-_. ])(?:iter(?:ation)?|round|rnd|gen(?:eration)?|evol|r|i)[-_ ]?(\d{1,3})(?=$|[-_. ])/i
const SEED_WORD = /(?:^|[-_. ])(?:seeds?|original|round[-_ ]?0|iter[-_ ]?0)(?=$|[-_. ])/i
const VARIANT = /[-_](sample|sampled_subset|sorted[-_].+)$/i
const KNOWN_SEEDS =
  /^(alpaca|gsm8k|gsm|code|dolly|math|mathematics|general|sharegpt|oasst\d?|flan)$/i
// Words that name a model, a size or a way of decoding rather than a data set.
const MODEL_WORD =
  /^(small|large|mini|tiny|greedy|sampled|slm|llm|gpt.*|llama.*|qwen.*|mistral.*|mixtral.*|gemma.*|phi.*|smollm.*|deepseek.*|claude.*|gemini.*|chatgpt.*|temp.*|t0.*|\d+(\.\d+)?[bm])$/i

/** Returns what a file name or path says: the paper's names first, then general patterns of seed set, round and evolver. */
export function guessFromFileName(path: string): FileNameGuess {
  const segments = path.split(/[\\/]/).filter(Boolean)
  const file = segments.pop() ?? ''
  const notes: string[] = []
  const name = bareName(file, notes)
  return paperName(name.toLowerCase(), notes) ?? generalName(name, segments, notes)
}

function bareName(file: string, notes: string[]): string {
  let name = file
  while (EXTENSION.test(name)) name = name.replace(EXTENSION, '')
  if (!name.endsWith('_distance')) return name
  notes.push('Output of the distance script; its name was cut at the first dot of the source name.')
  return name.replace(/_distance$/, '')
}

function paperName(name: string, notes: string[]): FileNameGuess | null {
  const iter = ITER.exec(name)
  if (iter) {
    const guess = arm(iter[1] as string, Number(iter[2]), iter[3] as string, 'evol-instruct', notes)
    return withVariant(guess, iter[4] !== undefined, iter[5])
  }
  const auto = AUTO.exec(name)
  if (auto) {
    const guess = arm(auto[1] as string, 1, auto[2] as string, 'auto-evol', notes)
    notes.push('Auto-Evol leaves failed rows out, so row numbers do not meet those of the source.')
    return { ...withVariant(guess, auto[3] !== undefined, auto[4]), alignable: false }
  }
  const autoif = AUTOIF.exec(name)
  if (autoif) {
    const guess = arm('autoif', 1, autoif[1] as string, 'autoif', notes)
    notes.push('AutoIF rows have no parent row.')
    return { ...withVariant(guess, autoif[2] !== undefined, autoif[3]), alignable: false }
  }
  const logprobs = LOGPROBS.exec(name)
  if (!logprobs) return null
  notes.push('The name is that of a pooled log-probability file, which has no rows.')
  const guess = arm('', 1, logprobs[1] as string, 'other', notes)
  return { ...guess, seedSet: null, round: null, alignable: false }
}

function arm(
  seedSet: string,
  round: number,
  label: string,
  scenario: FileNameGuess['scenario'],
  notes: string[],
): FileNameGuess {
  return {
    seedSet,
    round,
    armLabel: label,
    armClass: classOf(label),
    scenario,
    variant: null,
    alignable: true,
    notes,
  }
}

function withVariant(guess: FileNameGuess, isSample: boolean, sortedBy?: string): FileNameGuess {
  if (sortedBy !== undefined) {
    guess.notes.push(
      'The rows are sorted by a score, so row numbers do not meet those of the source.',
    )
    return { ...guess, variant: `sorted-${sortedBy}`, alignable: false }
  }
  if (!isSample) return guess
  guess.notes.push('A random sample in random order: row numbers do not meet those of the source.')
  return { ...guess, variant: 'sample', alignable: false }
}

function generalName(full: string, folders: string[], notes: string[]): FileNameGuess {
  const variant = VARIANT.exec(full)
  const name = variant ? full.slice(0, variant.index) : full
  const isSorted = variant?.[1]?.toLowerCase().startsWith('sorted') ?? false
  const finish = (guess: FileNameGuess) =>
    variant
      ? withVariant(guess, !isSorted, isSorted ? (variant[1] ?? '').slice(7) : undefined)
      : guess
  const round = ROUND.exec(name)
  if (round && Number(round[1]) > 0) {
    const before = trim(name.slice(0, round.index))
    const after = trim(name.slice(round.index + round[0].length))
    const { seedSet, label } = names(before, after, folders)
    if (label === null) notes.push('The name does not say who evolved.')
    return finish({
      ...arm(seedSet ?? '', Number(round[1]), label ?? '', 'evol-instruct', notes),
      seedSet,
      armLabel: label,
    })
  }
  const parent = folders.at(-1) ?? ''
  if (SEED_WORD.test(name) || /^seeds?$/i.test(parent)) {
    const rest = trim(name.replace(SEED_WORD, ''))
    const folder = /^seeds?$/i.test(parent) ? folders.at(-2) : parent
    return finish(seeds(rest || folder || null, notes))
  }
  if (KNOWN_SEEDS.test(name)) {
    notes.push('Taken for seeds: the name is that of a seed set and has no round.')
    return finish(seeds(name, notes))
  }
  notes.push('The name tells neither round nor evolver; please fill them in.')
  const { seedSet, label } = names(name, '', folders)
  const guess = arm(seedSet ?? '', 0, label ?? '', 'other', notes)
  return finish({ ...guess, seedSet, armLabel: label, round: null })
}

function seeds(seedSet: string | null, notes: string[]): FileNameGuess {
  return {
    seedSet,
    round: 0,
    armLabel: null,
    armClass: 'seeds',
    scenario: 'evol-instruct',
    variant: null,
    alignable: true,
    notes,
  }
}

/** Tells the seed set from the evolver among the parts of a name and its folders. */
function names(
  before: string,
  after: string,
  folders: string[],
): { seedSet: string | null; label: string | null } {
  if (before && after) return { seedSet: before, label: after }
  const only = before || after
  const upper = folders.slice(-2)
  if (!only) {
    const [outer, inner] = upper.length === 2 ? upper : [undefined, upper[0]]
    // <evolver>/<seed>/round2 unless the inner folder is the one that sounds like a model.
    if (inner !== undefined && isModel(inner) && !isModel(outer ?? '')) {
      return { seedSet: outer ?? null, label: inner }
    }
    return { seedSet: inner ?? null, label: outer ?? null }
  }
  const words = only.split(/[-_ ]/)
  const at = words.findIndex((word) => MODEL_WORD.test(word))
  if (at > 0) return { seedSet: words.slice(0, at).join('-'), label: words.slice(at).join('-') }
  const folder = upper.at(-1) ?? null
  if (at === 0 || (after && !before)) return { seedSet: folder, label: only }
  return { seedSet: only, label: folder !== null && isModel(folder) ? folder : null }
}

function isModel(name: string): boolean {
  return name.split(/[-_ ]/).some((word) => MODEL_WORD.test(word))
}

/** Returns the class that a label suggests: a size word, else billions of parameters (up to 14 small, from 30 large). */
function classOf(label: string): FileNameGuess['armClass'] {
  const words = label.toLowerCase().split(/[-_ ]/)
  if (words.some((word) => /^(small|mini|tiny|slm)$/.test(word))) return 'small'
  if (words.some((word) => /^(large|big|llm)$/.test(word))) return 'large'
  const size = words.map((word) => /^(\d+(?:\.\d+)?)([bm])$/.exec(word)).find(Boolean)
  if (!size) return 'other'
  const billions = size[2] === 'm' ? 0 : Number(size[1])
  if (billions <= 14) return 'small'
  return billions >= 30 ? 'large' : 'other'
}

function trim(text: string): string {
  return text.replace(/^[-_. ]+|[-_. ]+$/g, '')
}
