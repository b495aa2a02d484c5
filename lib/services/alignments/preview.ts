import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rows } from '@/db/schema'
import type { ParentPlace, SimilarityPreview } from '@/lib/contracts/operators'
import { cellPlace } from '@/lib/contracts/seeds'
import { AppError } from '@/lib/errors'
import { currentCells, getCell } from '../cells'
import { cachesOf } from '../columns/cache'
import { parentCellOf } from '.'
import { doubtOf, similarPairs, type SimilarPair } from './similarity'

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
function distance(pair: SimilarPair, threshold: number): number {
  const doubt = doubtOf(pair, threshold)
  if (doubt === 'below') return threshold - pair.score
  if (doubt !== null) return 0
  return Math.min(pair.score - threshold, pair.score - pair.second)
}

/**
 * Returns what alignment by likeness would link at every threshold, and the pairs nearest to being decided otherwise. Throws `conflict`
 * where there is no file to align with.
 */
export function similarityPreview(
  db: Db,
  studyId: string,
  cellId: string,
  { threshold, parent: place }: { threshold: number; parent: ParentPlace | null },
): SimilarityPreview {
  const cell = getCell(db, studyId, cellId)
  const parent = parentCellOf(currentCells(db, studyId), cell, place)
  if (!parent) {
    throw new AppError('conflict', `${cellPlace(cell)}: the parent file is not here yet.`)
  }
  const { pairs, looked, total } = cachesOf(db).results.get(
    `similarity/${cell.no}`,
    // Rows of a cell never change.
    String(parent.no),
    (found: ReturnType<typeof similarPairs>) => found.pairs.length * PAIR_BYTES,
    () => similarPairs(db, cell.no, parent.no, LOOKED_ROWS),
  )
  const textOf = (cellNo: number, idx: number) =>
    db
      .select({ text: sql<string>`substr(${rows.instruction}, 1, ${SHOWN_CHARACTERS})` })
      .from(rows)
      .where(and(eq(rows.cellNo, cellNo), eq(rows.idx, idx)))
      .get()?.text ?? ''
  const linkedAt = (least: number) => pairs.filter((pair) => doubtOf(pair, least) === null).length
  const byDoubt = pairs.toSorted((a, b) => distance(a, threshold) - distance(b, threshold))
  return {
    looked,
    total,
    linked: Array.from({ length: STEPS + 1 }, (_, k) => linkedAt(k / STEPS)),
    doubtful: byDoubt.slice(0, SHOWN_PAIRS).map((pair) => ({
      childIdx: pair.childIdx,
      parentIdx: pair.parentIdx,
      score: pair.score,
      second: pair.second,
      doubt: doubtOf(pair, threshold),
      child: textOf(cell.no, pair.childIdx),
      parent: textOf(parent.no, pair.parentIdx),
    })),
  }
}
