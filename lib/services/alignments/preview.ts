import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rows } from '@/db/schema'
import type { AlignSettings, SimilarityPreview } from '@/lib/contracts/operators'
import { cellPlace } from '@/lib/contracts/seeds'
import { AppError } from '@/lib/errors'
import { currentCells, getCell } from '../cells'
import { cachesOf } from '../columns/cache'
import { pairRuleOf, parentCellOf } from '.'
import { embeddedPairs } from './embedding'
import { doubtOf, similarPairs, type PairRule, type SimilarPair } from './similarity'

/** Rows that show what a threshold does: shares are right to a few percent, and a file of any size is looked at in seconds. */
const LOOKED_ROWS = 1_000
/** Pairs that a person looks through. */
const SHOWN_PAIRS = 20
/** Characters of their texts. */
const SHOWN_CHARACTERS = 600
/** Thresholds of the slider: 0, 0.05 and so on to 1. */
const STEPS = 20
/** A pair with its texts left out. */
const PAIR_BYTES = 64

/** How far a pair is from being decided otherwise. */
function distance(pair: SimilarPair, rule: PairRule): number {
  const doubt = doubtOf(pair, rule)
  if (doubt === 'below') return rule.threshold - pair.score
  if (doubt !== null) return 0
  return Math.min(pair.score - rule.threshold, pair.score - pair.second)
}

/** Pairs by the texts of some rows, or by the embeddings of a run, of all. */
function pairsFor(db: Db, childNo: number, parentNo: number, run: string | undefined) {
  if (run !== undefined) {
    const found = embeddedPairs(db, childNo, parentNo, run)
    return { ...found, looked: found.total }
  }
  const pairs = cachesOf(db).results.get(
    `similarity/${childNo}`,
    // Rows of a cell never change.
    String(parentNo),
    (found: ReturnType<typeof similarPairs>) => found.pairs.length * PAIR_BYTES,
    () => similarPairs(db, childNo, parentNo, LOOKED_ROWS),
  )
  return { ...pairs, reason: null }
}

/**
 * Returns what alignment by likeness would link at every threshold, and the pairs nearest to being decided otherwise: by the texts, or by
 * the embeddings of a run. Throws `conflict` where there is no file to align with.
 */
export function similarityPreview(
  db: Db,
  studyId: string,
  cellId: string,
  settings: AlignSettings,
): SimilarityPreview {
  const cell = getCell(db, studyId, cellId)
  const parent = parentCellOf(currentCells(db, studyId), cell, settings.parent)
  if (!parent) {
    throw new AppError('conflict', `${cellPlace(cell)}: the parent file is not here yet.`)
  }
  const rule = pairRuleOf(settings)
  const { pairs, looked, total, reason } = pairsFor(db, cell.no, parent.no, settings.run)
  const textOf = (cellNo: number, idx: number) =>
    db
      .select({ text: sql<string>`substr(${rows.instruction}, 1, ${SHOWN_CHARACTERS})` })
      .from(rows)
      .where(and(eq(rows.cellNo, cellNo), eq(rows.idx, idx)))
      .get()?.text ?? ''
  const linkedAt = (threshold: number) =>
    pairs.filter((pair) => doubtOf(pair, { ...rule, threshold }) === null).length
  const byDoubt = pairs.toSorted((a, b) => distance(a, rule) - distance(b, rule))
  return {
    missing: reason,
    looked,
    total,
    linked: Array.from({ length: STEPS + 1 }, (_, k) => linkedAt(k / STEPS)),
    doubtful: byDoubt.slice(0, SHOWN_PAIRS).map((pair) => ({
      childIdx: pair.childIdx,
      parentIdx: pair.parentIdx,
      score: pair.score,
      second: pair.second,
      doubt: doubtOf(pair, rule),
      child: textOf(cell.no, pair.childIdx),
      parent: textOf(parent.no, pair.parentIdx),
    })),
  }
}
