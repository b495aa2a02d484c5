import type { Db } from '@/db/client'
import { allIndexes, indexesToMask } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { AppError } from '@/lib/errors'
import type { ByteVectors } from '@/lib/stats/byte-vectors'
import { getCell } from '../cells'
import { cachesOf } from '../columns/cache'
import { finish, finishInTurns } from './steps'
import { typedVector } from './typed-text'
import { studyVectors, unit, type CellVectors, type StudyVectors } from './vectors'

/** What rows are compared with, and how many of them are wanted. */
export type SimilarTo = Pick<AtomOf<'similar'>, 'to' | 'top'>

/** Rows among which the most similar are looked for, by cell; the key tells them from others. */
export interface Among {
  key: string
  rows(): ReadonlyMap<number, Int32Array>
}

/** Cosines of the most similar rows by cell and row, the row itself left out. */
export type Similar = Map<number, Map<number, number>>

/** The cosine of two vectors in double precision. */
function cosineOf(a: Float32Array, b: Float32Array): number {
  let [sum, ofA, ofB] = [0, 0, 0]
  for (let k = 0; k < a.length; k += 1) {
    const [x, y] = [a[k] as number, b[k] as number]
    sum += x * y
    ofA += x * x
    ofB += y * y
  }
  return sum / (Math.sqrt(ofA * ofB) || 1)
}

/** A vector of unit length in 16 bits a coordinate, in steps so small that no sum of products with codes leaves 32 bits. */
function inShorts(direction: Float32Array): { codes: Int16Array; step: number; error: number } {
  const most = direction.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const step = Math.max(most / 0x7fff, (128 * Math.sqrt(direction.length)) / 2 ** 31)
  const codes = Int16Array.from(direction, (value) => Math.round(value / step))
  const error = Math.hypot(...direction.map((value, k) => value - (codes[k] as number) * step))
  return { codes, step, error }
}

/** Returns between which cosines those of the cell's rows at the places lie: codes differ from vectors by a known length. */
function bounds(
  query: ReturnType<typeof inShorts>,
  codes: ByteVectors,
  { at, rows, scales, errors }: CellVectors,
  places: Int32Array,
): { low: Float32Array; high: Float32Array } {
  const low = new Float32Array(places.length)
  const high = new Float32Array(places.length)
  if (places.length === 0) return { low, high }
  const sums = codes.products(at, rows.length, query.codes)
  for (let i = 0; i < places.length; i += 1) {
    const n = places[i] as number
    const cosine = (sums[n] as number) * (scales[n] as number) * query.step
    const lost = errors[n] as number
    // By Cauchy and Schwarz, both being of unit length; with what float32 may round.
    const error = lost + (1 + lost) * query.error + 1e-6
    low[i] = cosine - error
    high[i] = cosine + error
  }
  return { low, high }
}

// Fine enough that hardly a row more is compared again, and counted faster than half a million numbers are sorted.
const BINS = 65_536

/** Returns a cosine that at least `wanted` rows reach by their lower bounds; those below it are not among the nearest. */
function reachedBy(parts: readonly { low: Float32Array }[], wanted: number): number {
  const counts = new Uint32Array(BINS)
  for (const { low } of parts) {
    for (const value of low) {
      const bin = Math.floor(((value + 1) / 2) * BINS)
      const at = bin < 0 ? 0 : bin < BINS ? bin : BINS - 1
      counts[at] = (counts[at] as number) + 1
    }
  }
  let reached = 0
  for (let bin = BINS - 1; bin > 0; bin -= 1) {
    reached += counts[bin] as number
    // Less by what the numbers of the bins may round.
    if (reached >= wanted) return (bin / BINS) * 2 - 1 - 1e-6
  }
  return -Infinity
}

/** Places of the embedded rows of a cell that are among the given ones. */
function placesAmong(cell: CellVectors, rows: Int32Array | undefined): Int32Array {
  if (!rows) return new Int32Array(0)
  const kept = indexesToMask(rows, (cell.rows.at(-1) ?? -1) + 1)
  return allIndexes(cell.rows.length).filter((n) => kept[cell.rows[n] as number] === 1)
}

/** The exact `top` of all rows: whoever may be among them by its bounds is compared exactly. */
function nearest(
  vectors: StudyVectors,
  query: Float32Array,
  self: { no: number; idx: number } | null,
  top: number,
  among: ReadonlyMap<number, Int32Array> | null,
): Similar {
  const direction = inShorts(unit(query))
  const parts = [...vectors.cells].map(([no, cell]) => {
    const isComparable = cell.d === query.length
    const places =
      isComparable && !among
        ? allIndexes(cell.rows.length)
        : placesAmong(cell, isComparable ? among?.get(no) : undefined)
    return { no, cell, places, ...bounds(direction, vectors.codes, cell, places) }
  })
  // One more, since the row itself is among them.
  const least = reachedBy(parts, top + 1)
  const found: { no: number; idx: number; cosine: number }[] = []
  for (const { no, cell, places, high } of parts) {
    for (let i = 0; i < high.length; i += 1) {
      if ((high[i] as number) < least) continue
      const n = places[i] as number
      const idx = cell.rows[n] as number
      if (no === self?.no && idx === self.idx) continue
      found.push({ no, idx, cosine: cosineOf(query, vectors.exact(cell, n)) })
    }
  }
  found.sort((a, b) => b.cosine - a.cosine || a.no - b.no || a.idx - b.idx)
  const similar: Similar = new Map()
  for (const { no, idx, cosine } of found.slice(0, top)) {
    const rows = similar.get(no) ?? new Map<number, number>()
    rows.set(idx, cosine)
    similar.set(no, rows)
  }
  return similar
}

/** What rows are compared with, and which row that is, if any. */
function queryOf(db: Db, studyId: string, vectors: StudyVectors, { to }: SimilarTo) {
  if ('text' in to) return { query: typedVector(db, studyId, to.text), self: null }
  const { no } = getCell(db, studyId, to.cellId)
  const cell = vectors.cells.get(no)
  const n = cell?.rows.indexOf(to.idx) ?? -1
  if (!cell || n < 0) {
    throw new AppError(
      'invalid_input',
      `Row ${to.idx} of this file has no embedding. Compute "Minimum neighbour distance" on it first.`,
    )
  }
  return { query: vectors.exact(cell, n), self: { no, idx: to.idx } }
}

function* find(
  db: Db,
  studyId: string,
  atom: SimilarTo,
  among: Among | null,
): Generator<void, Similar> {
  const vectors = yield* studyVectors(db, studyId)
  const { to, top } = atom
  const cache = cachesOf(db).results
  const key = `similar/${studyId}/${JSON.stringify([to, top])}/${among?.key}`
  const held = cache.peek<{ of: StudyVectors; similar: Similar }>(key, '')
  if (held?.of === vectors) return held.similar
  const { query, self } = queryOf(db, studyId, vectors, atom)
  const similar = nearest(vectors, query, self, top, among?.rows() ?? null)
  cache.put(key, '', { of: vectors, similar }, top * 64)
  return similar
}

/** Finds ahead of `similarRows`, giving way to other requests. Throws `invalid_input` where row or text has no embedding. */
export async function warmSimilar(
  db: Db,
  studyId: string,
  atom: SimilarTo,
  among: Among | null,
  signal?: AbortSignal,
): Promise<void> {
  await finishInTurns(find(db, studyId, atom, among), signal)
}

/** Returns the rows most similar to a row or text, with their cosines. Throws `invalid_input` where that has no embedding. */
export function similarRows(
  db: Db,
  studyId: string,
  atom: SimilarTo,
  among: Among | null,
): Similar {
  return finish(find(db, studyId, atom, among))
}
