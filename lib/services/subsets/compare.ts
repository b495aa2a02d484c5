import type { Db } from '@/db/client'
import type { CompareSubsets, SubsetComparison } from '@/lib/contracts/subset'
import { throwIfAborted } from '@/lib/errors'
import { emptyTokens, tokenize } from '@/lib/subsets/ngrams'
import { sizesOf } from '@/lib/subsets/take'
import type { Kept, RuleData } from '@/lib/subsets/types'
import { countMask, intersect } from '@/lib/columns/filter'
import { listColumns } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { scopeOfStudy } from '../rows/select'
import { applyWarm } from './apply'
import { columnsToCompare, compareColumn, othersOf } from './compared-columns'
import { compareMeasures } from './compared-measures'
import { ruleData } from './data'
import { storedSubset } from './stored'
import { vectorsOfRows } from './vectors'

const ORIGINS = ['seed_set', 'evolver', 'round', 'operator'] as const
/** Words listed of each subset: what a person reads. */
const WORDS = 12
// A word of one or two rows says nothing of a subset.
const LEAST_ROWS = 3
// What 95 of 100 words without a difference stay under; the list is for reading, not a test.
const LEAST_Z = 1.96

/** Returns how many times the odds of a word in `a` of `n` rows are those in `b` of `m`, and how sure that is: log odds over their error. */
function oddsOf(a: number, n: number, b: number, m: number): { odds: number; z: number } {
  // Half a row is added to each count, so that a word that the others lack has odds.
  const [x, y, u, v] = [a + 0.5, n - a + 0.5, b + 0.5, m - b + 0.5]
  const odds = x / y / (u / v)
  return { odds, z: Math.log(odds) / Math.sqrt(1 / x + 1 / y + 1 / u + 1 / v) }
}

function* wordsOf(
  data: RuleData,
  sets: readonly Kept[],
): Generator<void, SubsetComparison['subsets'][number]['words'][]> {
  const union = new Uint8Array(data.n)
  for (const set of sets)
    for (let row = 0; row < set.length; row += 1) if (set[row] === 1) union[row] = 1
  // Rows that hold a word: in each set, and in any of the other sets.
  const counts = new Map<string, Uint32Array>()
  const rest = new Uint32Array(sets.length)
  const tokens = emptyTokens()
  yield* data.texts(union, 'instruction', (row, text) => {
    tokenize(text, tokens)
    const words = new Set<string>()
    for (let at = 0; at < tokens.count; at += 1) {
      words.add(tokens.text.slice(tokens.starts[at], tokens.ends[at]))
    }
    const isIn = sets.map((set) => set[row] === 1)
    const many = isIn.filter(Boolean).length
    const inOthers = isIn.map((own) => many > (own ? 1 : 0))
    inOthers.forEach((is, k) => {
      if (is) rest[k] = (rest[k] as number) + 1
    })
    for (const word of words) {
      const own = counts.get(word) ?? new Uint32Array(2 * sets.length)
      counts.set(word, own)
      for (let k = 0; k < sets.length; k += 1) {
        if (isIn[k]) own[2 * k] = (own[2 * k] as number) + 1
        if (inOthers[k]) own[2 * k + 1] = (own[2 * k + 1] as number) + 1
      }
    }
  })
  return sets.map((set, k) => {
    const n = countMask(set)
    return [...counts]
      .map(([word, of]) => {
        const [rows, elsewhere] = [of[2 * k] as number, of[2 * k + 1] as number]
        return { word, rows, elsewhere, ...oddsOf(rows, n, elsewhere, rest[k] as number) }
      })
      .filter(({ rows, z }) => rows >= LEAST_ROWS && z >= LEAST_Z)
      .sort((a, b) => b.z - a.z || (a.word < b.word ? -1 : 1))
      .slice(0, WORDS)
      .map(({ word, rows, elsewhere, odds }) => ({ word, rows, elsewhere, odds }))
  })
}

/** Returns how saved subsets differ: rows that they share, where rows come from, distributions of columns, measures of their texts, and words of one that the others lack. */
export async function compareSubsets(
  db: Db,
  studyId: string,
  asked: CompareSubsets,
  signal?: AbortSignal,
): Promise<SubsetComparison> {
  const scope = scopeOfStudy(db, studyId)
  const stored = asked.ids.map((id) => storedSubset(db, studyId, id))
  const sets: Kept[] = []
  for (const { rules } of stored) sets.push((await applyWarm(scope, rules, signal)).kept)
  const { places } = await applyWarm(scope, stored[0]?.rules ?? [], signal)
  const data = ruleData(scope, places)
  const groups = ORIGINS.map((origin) => ({ origin, of: data.groups(origin) }))
  const pause = async () => {
    throwIfAborted(signal)
    await yieldToEventLoop()
  }
  const others = othersOf(sets)
  const columns: SubsetComparison['columns'] = []
  for (const column of columnsToCompare(listColumns(db, studyId), asked.columns)) {
    for (const cell of scope.cells) await scope.reader.warm(column.id, cell)
    columns.push(compareColumn(data, column, sets, others))
    await pause()
  }
  const measured = await compareMeasures(
    { data, vectors: () => vectorsOfRows(db, studyId, places) },
    sets,
    asked,
    pause,
  )
  const reading = wordsOf(data, sets)
  let step = reading.next()
  for (; !step.done; step = reading.next()) await pause()
  const words = step.value
  return {
    subsets: stored.map(({ id, name, hash }, k) => {
      const set = sets[k] as Kept
      const origins = groups.map(({ origin, of }) => {
        const sizes = sizesOf(set, of)
        return {
          origin,
          counts: of.names.map((name_, at) => ({ name: name_, rows: sizes[at] as number })),
        }
      })
      return { id, name, hash, rows: countMask(set), origins, words: words[k] ?? [] }
    }),
    shared: sets.map((a) =>
      sets.map((b) => {
        const both = a.slice()
        intersect(both, b)
        return countMask(both)
      }),
    ),
    columns,
    ...measured,
  }
}
