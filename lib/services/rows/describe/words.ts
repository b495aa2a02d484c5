import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Description, TypicalWord } from '@/lib/contracts/description'
import { logOddsZ } from '@/lib/stats/log-odds'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import type { CellRef } from '../../cells'

// Enough for words that a percent of the rows have; more would be felt as a wait.
const SAMPLE_ROWS = 2_000
// One fixed draw, so that the same selection reads the same each time.
const RANDOM_SEED = 1
// Words of an ordinary instruction times ten: a word in one row of thousands says little.
const PRIOR_WORDS = 1_000
const LISTED = 15
// A word in fewer rows than this is a name.
const MIN_ROWS = 5

/** Chinese characters stand alone, everything else runs as long as its letters. */
const WORD = /\p{Script=Han}|[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu

interface Rows {
  cell: CellRef
  rows: Int32Array
}

function sampled(side: readonly Rows[]): { cellNo: number; idx: number[] }[] {
  const total = side.reduce((sum, { rows }) => sum + rows.length, 0)
  const drawn = sampleWithoutReplacement(total, SAMPLE_ROWS, RANDOM_SEED).sort()
  let [at, from] = [0, 0]
  return side.map(({ cell, rows }) => {
    const idx: number[] = []
    while (at < drawn.length && (drawn[at] as number) < from + rows.length)
      idx.push(rows[(drawn[at++] as number) - from] as number)
    from += rows.length
    return { cellNo: cell.no, idx }
  })
}

/** Rows of a sample that have each word. */
function countRows(db: Db, side: readonly Rows[]): { rows: number; of: Map<string, number> } {
  const read = hotRead(db, {
    why: 'more places than a statement takes parameters',
    sql: 'select instruction from rows where cell_no = ? and idx in (select value from json_each(?))',
    row: z.string(),
  })
  const of = new Map<string, number>()
  let rows = 0
  for (const { cellNo, idx } of sampled(side)) {
    for (const text of idx.length > 0 ? read.all(cellNo, JSON.stringify(idx)) : []) {
      rows += 1
      for (const word of new Set(text.toLowerCase().match(WORD)))
        of.set(word, (of.get(word) ?? 0) + 1)
    }
  }
  return { rows, of }
}

/** Returns the words that instructions of one side have far more often, from a seeded sample of both, those of the selected rows first. */
export function typicalWords(
  db: Db,
  selected: readonly Rows[],
  rest: readonly Rows[],
): Description['words'] {
  const [a, b] = [countRows(db, selected), countRows(db, rest)]
  const names = [...new Set([...a.of.keys(), ...b.of.keys()])].filter(
    (word) => (a.of.get(word) ?? 0) + (b.of.get(word) ?? 0) >= MIN_ROWS,
  )
  const inA = names.map((word) => a.of.get(word) ?? 0)
  const inB = names.map((word) => b.of.get(word) ?? 0)
  const scores = logOddsZ(inA, inB, PRIOR_WORDS)
  const all = names
    .map((word, k): TypicalWord => ({
      word,
      selected: inA[k] as number,
      rest: inB[k] as number,
      z: scores[k] as number,
    }))
    .filter((one) => Number.isFinite(one.z))
    .sort((one, other) => other.z - one.z)
  const ofSelected = all.slice(0, LISTED).filter((one) => one.z > 0)
  const ofRest = all.slice(-LISTED).filter((one) => one.z < 0)
  return {
    selectedRows: a.rows,
    restRows: b.rows,
    randomSeed: RANDOM_SEED,
    words: [...ofSelected, ...ofRest],
  }
}
