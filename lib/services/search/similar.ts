import type { Db } from '@/db/client'
import { allIndexes, indexesToMask } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { AppError } from '@/lib/errors'
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

/** Sets in `low` and `high` between which cosines those of the cell's rows lie: codes differ from vectors by a known length. */
function bounds(
  query: Float32Array,
  cell: CellVectors,
  places: Int32Array,
  low: Float32Array,
  high: Float32Array,
): void {
  const { codes, d, scales, errors } = cell
  const whole = d - (d % 4)
  for (let i = 0; i < places.length; i += 1) {
    const n = places[i] as number
    const at = n * d
    // Four sums, so that one addition need not wait for the one before it.
    let [a, b, c, e] = [0, 0, 0, 0]
    for (let k = 0; k < whole; k += 4) {
      a += (query[k] as number) * (codes[at + k] as number)
      b += (query[k + 1] as number) * (codes[at + k + 1] as number)
      c += (query[k + 2] as number) * (codes[at + k + 2] as number)
      e += (query[k + 3] as number) * (codes[at + k + 3] as number)
    }
    for (let k = whole; k < d; k += 1) a += (query[k] as number) * (codes[at + k] as number)
    const cosine = (a + b + c + e) * (scales[n] as number)
    // By Cauchy and Schwarz, the query being of unit length; with what float32 may round.
    const error = (errors[n] as number) + 1e-6
    low[i] = cosine - error
    high[i] = cosine + error
  }
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
  const direction = unit(query)
  const parts = [...vectors.cells].map(([no, cell]) => {
    const places = among
      ? placesAmong(cell, among.get(no))
      : allIndexes(cell.d === query.length ? cell.rows.length : 0)
    const low = new Float32Array(places.length)
    const high = new Float32Array(places.length)
    if (cell.d === query.length) bounds(direction, cell, places, low, high)
    else high.fill(-Infinity)
    return { no, cell, places, low, high }
  })
  const all = new Float32Array(parts.reduce((sum, { low }) => sum + low.length, 0))
  let at = 0
  for (const { low } of parts) {
    all.set(low, at)
    at += low.length
  }
  all.sort()
  // One more, since the row itself is among them.
  const least = all[Math.max(0, all.length - top - 1)] ?? -Infinity
  const found: { no: number; idx: number; cosine: number }[] = []
  for (const { no, cell, places, high } of parts) {
    for (let i = 0; i < high.length; i += 1) {
      if ((high[i] as number) < least || high[i] === -Infinity) continue
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
