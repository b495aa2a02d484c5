import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { SIMILARITY_MARGIN, type Pairing } from '@/lib/contracts/operators'
import { charGrams } from './check'
import type { Link } from './links'

/** Characters of a text that are compared: far beyond any instruction that one reads. */
const COMPARED_CHARACTERS = 4_000
/** Groups of rows of equal input up to this size are compared with all their rows. */
const WHOLE_GROUP = 64
/** Rows that share most of the rarer 5-grams and are compared exactly: the nearest two are among them. */
const CANDIDATES = 32
/** 5-grams in more than one row of this many tell hardly anything apart. */
const COMMON_SHARE = 50

/** A row with the row of the other file that is most like it. */
export interface SimilarPair {
  childIdx: number
  parentIdx: number
  /** Jaccard index of the character 5-grams (0 to 1), or cosine of the embeddings. */
  score: number
  /** That of the second row of the parent's file; the lowest there is where it has none. */
  second: number
  /** The row is also the one most like its parent. */
  isMutual: boolean
}

interface Texts {
  idx: Int32Array
  grams: Int32Array[]
  /** Input -> positions of the rows that have it. */
  byInput: Map<string, number[]>
  inputs: string[]
  /** 5-gram -> positions of the rows that have it. */
  having: Map<number, number[]>
}

function readTexts(db: Db, cellNo: number, numbers: Map<string, number>): Texts {
  const rows = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, substr(instruction, 1, ${COMPARED_CHARACTERS}) as instruction, coalesce(input, '') as input from rows where cell_no = ? order by idx`,
    row: z.object({ idx: z.number(), instruction: z.string(), input: z.string() }),
  }).iterate(cellNo)
  const texts = { idx: [] as number[], grams: [] as Int32Array[], inputs: [] as string[] }
  const byInput: Texts['byInput'] = new Map()
  const having: Texts['having'] = new Map()
  const add = <Key>(map: Map<Key, number[]>, key: Key, at: number) => {
    const list = map.get(key)
    if (list) list.push(at)
    else map.set(key, [at])
  }
  for (const { idx, instruction, input } of rows) {
    const grams = Int32Array.from(charGrams(instruction), (gram) => {
      let number = numbers.get(gram)
      if (number === undefined) numbers.set(gram, (number = numbers.size))
      return number
    }).sort()
    const at = texts.idx.push(idx) - 1
    texts.grams.push(grams)
    texts.inputs.push(input)
    add(byInput, input, at)
    for (const gram of grams) add(having, gram, at)
  }
  return { ...texts, idx: Int32Array.from(texts.idx), byInput, having }
}

/** Jaccard index of two ascending lists; as `jaccard`, without making sets again for every pair. */
function overlap(a: Int32Array, b: Int32Array): number {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const left = a[i] as number
    const right = b[j] as number
    if (left === right) shared++
    if (left <= right) i++
    if (right <= left) j++
  }
  const union = a.length + b.length - shared
  return union === 0 ? 0 : shared / union
}

/** Rows of equal input that may be the nearest to a text. */
function candidates(grams: Int32Array, input: string, among: Texts): readonly number[] {
  const group = among.byInput.get(input) ?? []
  if (group.length <= WHOLE_GROUP) return group
  const most = Math.max(WHOLE_GROUP, among.idx.length / COMMON_SHARE)
  const shared = new Map<number, number>()
  for (const gram of grams) {
    const rows = among.having.get(gram)
    if (!rows || rows.length > most) continue
    for (const at of rows) {
      if (among.inputs[at] === input) shared.set(at, (shared.get(at) ?? 0) + 1)
    }
  }
  const found = [...shared].sort((a, b) => b[1] - a[1]).slice(0, CANDIDATES)
  return found.map(([at]) => at)
}

function nearest(from: Texts, at: number, among: Texts) {
  const grams = from.grams[at] as Int32Array
  const best = { at: -1, score: 0, second: 0 }
  for (const other of candidates(grams, from.inputs[at] as string, among)) {
    const score = overlap(grams, among.grams[other] as Int32Array)
    if (score > best.score) {
      best.second = best.score
      best.score = score
      best.at = other
    } else if (score > best.second) best.second = score
  }
  return best
}

/**
 * Returns for rows of a file the row of the parent's file that is most like each, by the Jaccard index of character 5-grams of the
 * instructions; only rows of equal input are compared. With `most`, only that many rows are looked at, spread evenly.
 */
export function similarPairs(
  db: Db,
  childNo: number,
  parentNo: number,
  most = Number.MAX_SAFE_INTEGER,
): { pairs: SimilarPair[]; looked: number; total: number } {
  const numbers = new Map<string, number>()
  const children = readTexts(db, childNo, numbers)
  const parents = readTexts(db, parentNo, numbers)
  const total = children.idx.length
  const looked = Math.min(most, total)
  const pairs: SimilarPair[] = []
  // Many rows have one parent as their nearest.
  const back = new Map<number, number>()
  for (let k = 0; k < looked; k++) {
    const at = Math.floor((k * total) / looked)
    const { at: parent, score, second } = nearest(children, at, parents)
    if (parent < 0) continue
    let own = back.get(parent)
    if (own === undefined) back.set(parent, (own = nearest(parents, parent, children).at))
    pairs.push({
      childIdx: children.idx[at] as number,
      parentIdx: parents.idx[parent] as number,
      score,
      second,
      isMutual: own === at,
    })
  }
  return { pairs, looked, total }
}

/** Which pairs become links. */
export interface PairRule {
  threshold: number
  pairing: Pairing
}

/** Returns why a pair is no link under a rule; null where it is one. */
export function doubtOf(
  pair: SimilarPair,
  { threshold, pairing }: PairRule,
): 'below' | 'ambiguous' | 'taken' | null {
  if (pair.score < threshold) return 'below'
  // A difference of 0.05 may come out as 0.049999.
  if (pair.score - pair.second < SIMILARITY_MARGIN - 1e-9) return 'ambiguous'
  return pair.isMutual || pairing === 'many' ? null : 'taken'
}

/** Returns the links of the pairs that are clear and alike enough, and why the other rows have none; `none` says why rows are in no pair. */
export function linksOfPairs(
  pairs: readonly SimilarPair[],
  total: number,
  rule: PairRule,
  none: string,
): { links: Link[]; reason: string | null } {
  const links: Link[] = []
  const missed = { none: total - pairs.length, below: 0, ambiguous: 0, taken: 0 }
  for (const pair of pairs) {
    const doubt = doubtOf(pair, rule)
    if (doubt === null) {
      const { childIdx, parentIdx, score } = pair
      links.push({ childIdx, parentIdx, confidence: Math.min(1, score) })
    } else missed[doubt]++
  }
  const told = [
    [missed.none, none],
    [missed.below, `are less like every row than ${rule.threshold}`],
    [missed.ambiguous, `are nearly as like a second row (by less than ${SIMILARITY_MARGIN})`],
    [missed.taken, 'are most like a row that is more like another one'],
  ] as const
  const reasons = told.filter(([rows]) => rows > 0).map(([rows, why]) => `${rows} rows ${why}`)
  return { links, reason: reasons.length > 0 ? reasons.join('; ') : null }
}
