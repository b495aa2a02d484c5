import { subsetRulesSchema } from '@/lib/contracts/subset'
import { listColumns } from '@/lib/services/columns'
import { forgetCaches } from '@/lib/services/columns/cache'
import { subsetFunnel } from '@/lib/services/subsets'
import { createRandom } from '@/lib/stats/random'
import { gramIndex } from '@/lib/subsets/ngrams'
import { fillPaperStudy } from './paper-study'

/** What rules of subsets cost at the size of the paper's study. */
export interface SubsetBench {
  rows: number
  /** A stack of five rules over columns, columns in memory; then read from the database as well. */
  warmMs: number
  coldMs: number
  /** Texts searched for 13-grams of a benchmark. */
  megabytesPerSecond: number
}

// Enough text for a second of work; words of a small vocabulary, so that hashes do meet.
const TEXTS = 50_000
const WORDS_OF_A_TEXT = 100
const ITEMS = 5_000

/** Returns megabytes of text searched in a second. */
export function benchNgrams(): number {
  const random = createRandom(1)
  const words = Array.from({ length: 20_000 }, () => random.bits().toString(36))
  const text = (n: number) =>
    Array.from({ length: n }, () => words[random.below(words.length)]).join(' ')
  const items = Array.from({ length: ITEMS }, () => text(60))
  const texts = Array.from({ length: TEXTS }, () => text(WORDS_OF_A_TEXT))
  const bytes = texts.reduce((sum, one) => sum + one.length, 0)
  const index = gramIndex([{ sha256: '', name: 'items', items }], 13)
  const started = performance.now()
  let found = 0
  for (const one of texts) found += index.find(one).length
  if (found > 0) throw new Error('Random texts share no 13 words.')
  return bytes / 1e3 / (performance.now() - started)
}

/** Applies a stack of rules over columns to 556,346 rows. */
export async function benchSubsets(): Promise<SubsetBench> {
  const { db, studyId, rows } = fillPaperStudy()
  const known = listColumns(db, studyId).filter(({ shape, runId }) => shape === 'scalar' && runId)
  const [first, second] = known.map(({ id }) => id)
  if (first === undefined) throw new Error('The study has no column.')
  const rules = subsetRulesSchema.parse([
    { rule: 'decisions' },
    { rule: 'range', column: first, min: 0.1 },
    { rule: 'ranked', column: second ?? first, amount: 50 },
    { rule: 'balance', by: 'evolver' },
    { rule: 'ranked', column: first, amount: 10, within: 'study' },
  ])
  const time = async (given: typeof rules) => {
    const started = performance.now()
    await subsetFunnel(db, studyId, given)
    return performance.now() - started
  }
  const coldMs = await time(rules)
  // Another number is another stack, so that nothing but the columns is remembered.
  const runs: number[] = []
  for (let k = 1; k <= 5; k += 1) {
    runs.push(
      await time([
        ...rules,
        { rule: 'random', amount: k, unit: 'percent', within: 'study', seed: 0 },
      ]),
    )
  }
  forgetCaches(db)
  const warmMs = runs.sort((a, b) => a - b)[2] as number
  return { rows, warmMs, coldMs, megabytesPerSecond: benchNgrams() }
}
