import published from './published.json'
import tables from './results.json'

/** Which of the paper's two evolvers, or the unevolved seeds. */
export type PublishedArm = 'slm' | 'llm' | 'seed'

/** Counts of the five levels in one cell of the paper's difficulty figure. */
export interface PublishedLevels {
  /** Rows in the file: the denominator of the printed percentages. */
  n: number
  /** Very easy to very hard. Their sum may be below n: rows without a label vanish there. */
  counts: readonly number[]
}

/** Where a published number stands and who produced it. */
export interface PublishedSource {
  paper: string
  source: string
  /** Judge model or scoring model; null where the paper does not name it. */
  model: string | null
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '')

/** Returns whether a model of the user, with quantisation or folder in its name, is one that the paper names. */
export function isModelOfPaper(own: string | null, published: string): boolean {
  return own !== null && plain(own).includes(plain(published))
}

// Spellings of the same data set in file names and folder names.
const ALIASES: Record<string, string> = {
  alpaca: 'alpaca',
  'alpaca-52k': 'alpaca',
  gsm8k: 'gsm8k-train',
  'gsm8k-train': 'gsm8k-train',
  'code-alpaca': 'code-alpaca',
  codealpaca: 'code-alpaca',
  'code-alpaca-20k': 'code-alpaca',
}

const CODE_ALPACA_ROWS = published.seedSets.find((set) => set.key === 'code-alpaca')?.n

/**
 * Returns the paper's key of a seed set, or null when it is none of the paper's three. The authors' files call Code
 * Alpaca just "code": that name counts only with its number of rows.
 */
export function publishedSeedSet(key: string, rows?: number): string | null {
  const name = key.toLowerCase().replaceAll(/[_\s]+/g, '-')
  if (name === 'code') return rows === CODE_ALPACA_ROWS ? 'code-alpaca' : null
  return ALIASES[name] ?? null
}

/**
 * Returns how many operators the paper's scripts rotated over a seed set, or null where name and number of rows are not those of
 * one of its three. Alpaca counts with and without the 19 rows that the paper left out.
 */
export function publishedRotation(key: string, rows: number): 4 | 5 | null {
  const name = publishedSeedSet(key, rows)
  const set = published.seedSets.find((one) => one.key === name)
  if (!set || (rows !== set.n && rows !== set.alsoN)) return null
  return set.operators === 5 ? 5 : 4
}

/** Returns the paper's arm for a user's arm class: small is SLM, large is LLM, null is the seeds. */
export function publishedArm(armClass: 'small' | 'large' | 'other' | null): PublishedArm | null {
  if (armClass === null) return 'seed'
  if (armClass === 'small') return 'slm'
  return armClass === 'large' ? 'llm' : null
}

/** A cell of a user's study, in the words of the paper. */
export interface PublishedPlace {
  seedSet: string
  /** Rows of the user's cell. */
  rows?: number
  round: number
  arm: PublishedArm | null
}

function find<R extends { seedSet: string; round: number; arm: string }>(
  rows: readonly R[],
  place: PublishedPlace,
): R | null {
  const seedSet = publishedSeedSet(place.seedSet, place.rows)
  if (seedSet === null || place.arm === null) return null
  return (
    rows.find(
      (row) => row.seedSet === seedSet && row.round === place.round && row.arm === place.arm,
    ) ?? null
  )
}

/** Returns the published level counts of a cell (18 cells: three seed sets, rounds 1 to 3, two arms), or null. */
export function publishedLevels(place: PublishedPlace): PublishedLevels | null {
  return find(published.levels.rows, place)
}

/** Returns the published mean difficulty score, 0 to 100, of a cell (21 cells, seeds as round 0), or null. */
export function publishedScore(place: PublishedPlace): number | null {
  return find(published.scores.rows, place)?.mean ?? null
}

/** Returns the published mean loss ratio of a cell as a plain ratio (printed x 100), or null. */
export function publishedLossRatio(kind: 'ifd' | 'ic-ifd', place: PublishedPlace): number | null {
  const row = find(published.lossRatios.rows, place)
  if (!row) return null
  return (kind === 'ifd' ? row.ifdPercent : row.icIfdPercent) / 100
}

interface RewardRow {
  seedSet: string
  round: number
  arm: string
  values: readonly number[]
}

const REWARDS = tables.tables.find(({ table }) => table === 14)?.rows as RewardRow[]

/** Returns the published mean reward of a cell (18 cells: three seed sets, rounds 1 to 3, two arms), or null. */
export function publishedReward(place: PublishedPlace): number | null {
  return find(REWARDS, place)?.values[0] ?? null
}

/** One bar of the paper's figures 6 and 7: students trained on what IC-IFD keeps of Alpaca, judged against others. */
export interface PublishedOutcome {
  figure: number
  student: string
  label: string
  /** Rows that the students of the side that may win were trained on. */
  trained: number
  win: number
  tie: number
  lose: number
}

const ALPACA_ROWS = published.seedSets.find((set) => set.key === 'alpaca')?.n ?? 0
const AGAINST: Readonly<Record<string, string>> = published.winTieLose.against

/** Returns the nine bars of figures 6 and 7, as judged by GPT-4. */
export function publishedOutcomes(): PublishedOutcome[] {
  return published.winTieLose.rows.map(({ keptPercent, ...row }) => ({
    ...row,
    label: `IC-IFD, ${keptPercent} % kept, against ${AGAINST[row.figure] ?? ''}`,
    trained: Math.floor((ALPACA_ROWS * keptPercent) / 100),
  }))
}

/** Returns where the numbers of one kind stand. */
export function publishedSource(
  kind: 'levels' | 'scores' | 'lossRatios' | 'rewards',
): PublishedSource {
  const part = published[kind]
  const model = 'judge' in part ? part.judge : null
  return { paper: published.paper, source: part.source, model }
}

/** Words of the paper's two case studies: the seed, and what each evolver made of it. */
export interface PublishedCase {
  figure: number
  operator: string
  seedSet: string
  seed: number
  llm: number
  slm: number
}

/** Returns the word counts of figures 8 and 9, whose texts are not repeated here. */
export function publishedCases(): readonly PublishedCase[] {
  return published.caseStudies.rows
}
