import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { resultItems } from '@/db/schema'
import {
  hitsOf,
  percentOf,
  whyNotComparable,
  type ResultComparison,
  type ResultItem,
  type StoredResult,
} from '@/lib/contracts/results'
import { AppError } from '@/lib/errors'
import { publishedResults } from '@/lib/paper/results'
import { chiSquareCounts } from '@/lib/stats/levels'
import { mcnemar } from '@/lib/stats/paired'
import { listResults } from '.'

/** Returns the outcomes of a result's items; null where it has none, or some that are neither right nor wrong. */
export function resultItemsOf(db: Db, { itemsOf }: StoredResult): ResultItem[] | null {
  if (itemsOf === null) return null
  const row = db.select().from(resultItems).where(eq(resultItems.resultNo, itemsOf)).get()
  const isYesOrNo = row?.items.every(({ hits, of }) => of === 1 && (hits === 0 || hits === 1))
  return isYesOrNo ? (row?.items ?? null) : null
}

/** Items are paired by id; another hash under the same id is another item. */
function paired(a: readonly ResultItem[], b: readonly ResultItem[]): ResultComparison['paired'] {
  const others = new Map(b.map((item) => [item.id, item]))
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 }
  for (const item of a) {
    const other = others.get(item.id)
    if (!other || other.hash !== item.hash) continue
    if (item.hits === 1) counts[other.hits === 1 ? 'both' : 'onlyA']++
    else counts[other.hits === 1 ? 'onlyB' : 'neither']++
  }
  const n = counts.both + counts.onlyA + counts.onlyB + counts.neither
  const test = mcnemar(counts.onlyA, counts.onlyB)
  return {
    n,
    unpaired: a.length + b.length - 2 * n,
    ...counts,
    p: test.ok ? test.p : null,
  }
}

/** Wrong and right answers of a result whose count is known. */
function countsOf(result: StoredResult): [number, number] | null {
  const hits = hitsOf(result)
  return hits === null || result.n === null ? null : [result.n - hits, hits]
}

function unpairedP(a: StoredResult, b: StoredResult): number | null {
  const [left, right] = [countsOf(a), countsOf(b)]
  const test = left && right ? chiSquareCounts(left, right) : null
  return test?.ok ? test.p : null
}

/**
 * Returns what can be said of two results by their numbers (those below 0 are the paper's): why they cannot be compared, or
 * their difference, a test of their counts, and over single items McNemar's exact test. Throws `not_found`.
 */
export function compareResults(
  db: Db,
  studyId: string,
  numbers: { a: number; b: number },
): ResultComparison {
  const all = [...listResults(db, studyId).results, ...publishedResults()]
  const found = (no: number) => {
    const result = all.find((one) => one.no === no)
    if (!result) throw new AppError('not_found', `There is no result ${no} in this study.`)
    return result
  }
  const [a, b] = [found(numbers.a), found(numbers.b)]
  const reasons = whyNotComparable(a, b)
  if (reasons.length > 0) return { reasons, difference: null, unpairedP: null, paired: null }
  const [left, right] = [percentOf(a), percentOf(b)]
  const [ofA, ofB] = [resultItemsOf(db, a), resultItemsOf(db, b)]
  return {
    reasons,
    difference: left === null || right === null ? null : left - right,
    unpairedP: unpairedP(a, b),
    paired: ofA && ofB ? paired(ofA, ofB) : null,
  }
}
