import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'

/** Rows looked at when only similarity can tell: the difference of two means is clear with far fewer. */
const SAMPLE_ROWS = 200
/** Below this many pairs a difference of means says nothing, so the file order is believed. */
const MIN_SAMPLE = 8

// A sum over no rows is null.
const COUNT = z.number().nullable()

/** Outcome of the test whether row i of a file comes from row i of its parent. */
export interface IndexCheck {
  passed: boolean
  /** `input`: inputs were compared; `similarity`: there were none; `count`: nothing but the row counts was at hand. */
  by: 'input' | 'similarity' | 'count'
  /** Rows whose input differs from the parent's. */
  inputMismatches: number
  pairedSimilarity: number | null
  randomSimilarity: number | null
  /** Rows whose slot differs from the parent row's. */
  slotMismatches: number
  reason: string | null
}

/** Returns the set of character 5-grams of a text, lower-cased, white space folded; short texts are one gram. */
export function charGrams(text: string): Set<string> {
  const folded = text.toLowerCase().replace(/\s+/g, ' ').trim()
  if (folded.length <= 5) return new Set(folded ? [folded] : [])
  const grams = new Set<string>()
  for (let start = 0; start + 5 <= folded.length; start++) grams.add(folded.slice(start, start + 5))
  return grams
}

/** Returns |a and b| / |a or b|; 0 when both are empty. */
export function jaccard(a: Set<string>, b: Set<string>): number {
  let shared = 0
  for (const gram of a) if (b.has(gram)) shared++
  const union = a.size + b.size - shared
  return union === 0 ? 0 : shared / union
}

function meanAndError(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: squares / Math.max(1, values.length - 1) / values.length }
}

/** Which row of the child is said to come from which row of the parent. */
interface Pair {
  childIdx: number
  parentIdx: number
}

function evenly(n: number, pairAt: (k: number) => Pair): Pair[] {
  const count = Math.min(n, SAMPLE_ROWS)
  return Array.from({ length: count }, (_, k) => pairAt(Math.floor((k * n) / count)))
}

function sampleSimilarity(db: Db, childNo: number, parentNo: number, pairs: readonly Pair[]) {
  const pair = hotRead(db, {
    why: 'one look for each pair of a sample',
    sql: 'select c.instruction as child, p.instruction as parent from rows c join rows p on p.cell_no = ? and p.idx = ? where c.cell_no = ? and c.idx = ?',
    row: z.object({ child: z.string(), parent: z.string() }),
  })
  const children: Set<string>[] = []
  const parents: Set<string>[] = []
  for (const { childIdx, parentIdx } of pairs) {
    const found = pair.get(parentNo, parentIdx, childNo, childIdx)
    // Empty instructions have no grams and would count as unlike everything.
    if (!found || found.child === '' || found.parent === '') continue
    children.push(charGrams(found.child.slice(0, 4000)))
    parents.push(charGrams(found.parent.slice(0, 4000)))
  }
  const m = children.length
  const paired = children.map((grams, k) => jaccard(grams, parents[k] as Set<string>))
  // Three fixed shifts are "random pairs" that a second run repeats exactly.
  const shifts = [1, Math.floor(m / 3) + 1, Math.floor(m / 2) + 1]
  const random = shifts.flatMap((shift) =>
    children.map((grams, k) => jaccard(grams, parents[(k + shift) % m] as Set<string>)),
  )
  return { m, paired, random }
}

/** How alike paired rows are, and the reason when they are no more alike than randomly paired ones. */
interface SimilarityCheck {
  by: 'similarity' | 'count'
  pairedSimilarity: number | null
  randomSimilarity: number | null
  reason: string | null
}

function checkSimilarity(
  db: Db,
  childNo: number,
  parentNo: number,
  pairs: readonly Pair[],
): SimilarityCheck {
  const { m, paired, random } = sampleSimilarity(db, childNo, parentNo, pairs)
  if (m < MIN_SAMPLE) {
    return { by: 'count', pairedSimilarity: null, randomSimilarity: null, reason: null }
  }
  const a = meanAndError(paired)
  const b = meanAndError(random)
  const passed = a.mean - b.mean > 2 * Math.sqrt(a.variance + b.variance)
  return {
    by: 'similarity',
    pairedSimilarity: a.mean,
    randomSimilarity: b.mean,
    reason: passed
      ? null
      : `rows are no more like their parent (${a.mean.toFixed(3)}) than like other rows (${b.mean.toFixed(3)})`,
  }
}

/** Returns whether the texts of rows that ids pair are more alike than randomly paired ones; too few rows say nothing. */
export function checkPairs(
  db: Db,
  childNo: number,
  parentNo: number,
  pairs: readonly Pair[],
): SimilarityCheck {
  const sample = evenly(pairs.length, (k) => pairs[k] as Pair)
  return checkSimilarity(db, childNo, parentNo, sample)
}

/**
 * Returns whether alignment by index may be believed: row counts are equal (the caller knows), every `input` equals the
 * parent's, or, where all inputs are empty, paired rows are more alike than randomly paired ones (character 5-grams,
 * Jaccard, difference above two standard errors).
 */
export function checkIndexAlignment(
  db: Db,
  childNo: number,
  parentNo: number,
  n: number,
): IndexCheck {
  const counted = hotRead(db, {
    why: 'compares every row of a file with its parent',
    sql: `select count(*) as pairs,
         sum(coalesce(c.input, '') <> coalesce(p.input, '')) as mismatches,
         sum(coalesce(p.input, '') <> '') as inputs,
         sum(c.slot is not p.slot) as slots
       from rows c join rows p on p.cell_no = ? and p.idx = c.idx where c.cell_no = ?`,
    row: z.object({ pairs: COUNT, mismatches: COUNT, inputs: COUNT, slots: COUNT }),
  }).get(parentNo, childNo)
  const counts = counted ?? { pairs: 0, mismatches: 0, inputs: 0, slots: 0 }
  const result: IndexCheck = {
    passed: true,
    by: 'input',
    inputMismatches: counts.mismatches ?? 0,
    pairedSimilarity: null,
    randomSimilarity: null,
    slotMismatches: counts.slots ?? 0,
    reason: null,
  }
  if (result.inputMismatches > 0) {
    const share = ((100 * result.inputMismatches) / Math.max(1, counts.pairs ?? 0)).toFixed(1)
    result.passed = false
    result.reason = `the input differs from the parent's in ${result.inputMismatches} rows (${share} %)`
    return result
  }
  if ((counts.inputs ?? 0) > 0) return result
  const sample = evenly(n, (idx) => ({ childIdx: idx, parentIdx: idx }))
  const similarity = checkSimilarity(db, childNo, parentNo, sample)
  return { ...result, ...similarity, passed: similarity.reason === null }
}
