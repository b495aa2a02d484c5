import type { Db } from '@/db/client'
import type { AtomOf } from '@/lib/contracts/condition'
import { AppError } from '@/lib/errors'
import { getCell } from '../cells'
import { cachesOf } from '../columns/cache'
import { finish, finishInTurns } from './steps'
import { studyVectors, unit, type CellVectors, type StudyVectors } from './vectors'

/** What rows are compared with, and how many of them are wanted. */
export type SimilarTo = Pick<AtomOf<'similar'>, 'to' | 'top'>

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

/** Adds to `low` and `high` between which cosines those of the cell's rows lie: codes differ from vectors by a known length. */
function bounds(
  query: Float32Array,
  cell: CellVectors,
  low: Float32Array,
  high: Float32Array,
): void {
  const { codes, d, scales, errors } = cell
  for (let n = 0, at = 0; n < scales.length; n += 1, at += d) {
    let sum = 0
    for (let k = 0; k < d; k += 1) sum += (query[k] as number) * (codes[at + k] as number)
    const cosine = sum * (scales[n] as number)
    // By Cauchy and Schwarz, the query being of unit length; with what float32 may round.
    const error = (errors[n] as number) + 1e-6
    low[n] = cosine - error
    high[n] = cosine + error
  }
}

/** The exact `top` of all rows: whoever may be among them by its bounds is compared exactly. */
function nearest(
  vectors: StudyVectors,
  query: Float32Array,
  self: { no: number; idx: number },
  top: number,
): Similar {
  const parts = [...vectors.cells].map(([no, cell]) => {
    const low = new Float32Array(cell.rows.length)
    const high = new Float32Array(cell.rows.length)
    if (cell.d === query.length) bounds(unit(query), cell, low, high)
    else high.fill(-Infinity)
    return { no, cell, low, high }
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
  for (const { no, cell, high } of parts) {
    for (let n = 0; n < high.length; n += 1) {
      if ((high[n] as number) < least || high[n] === -Infinity) continue
      const idx = cell.rows[n] as number
      if (no === self.no && idx === self.idx) continue
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

const keyOf = (studyId: string, { to, top }: SimilarTo) =>
  `similar/${studyId}/${JSON.stringify([to, top])}`

function* find(db: Db, studyId: string, atom: SimilarTo): Generator<void, Similar> {
  const vectors = yield* studyVectors(db, studyId)
  const cache = cachesOf(db).results
  const held = cache.peek<{ of: StudyVectors; similar: Similar }>(keyOf(studyId, atom), '')
  if (held?.of === vectors) return held.similar
  const { cellId, idx } = atom.to
  const { no } = getCell(db, studyId, cellId)
  const cell = vectors.cells.get(no)
  const n = cell?.rows.indexOf(idx) ?? -1
  if (!cell || n < 0) {
    throw new AppError(
      'invalid_input',
      `Row ${idx} of this file has no embedding. Compute "Minimum neighbour distance" on it first.`,
    )
  }
  const similar = nearest(vectors, vectors.exact(cell, n), { no, idx }, atom.top)
  cache.put(keyOf(studyId, atom), '', { of: vectors, similar }, atom.top * 64)
  return similar
}

/** Finds ahead of `similarRows`, giving way to other requests. Throws `invalid_input` where the row has no embedding. */
export async function warmSimilar(
  db: Db,
  studyId: string,
  atom: SimilarTo,
  signal?: AbortSignal,
): Promise<void> {
  await finishInTurns(find(db, studyId, atom), signal)
}

/** Returns the rows most similar to a row, with their cosines. Throws `invalid_input` where it has no embedding. */
export function similarRows(db: Db, studyId: string, atom: SimilarTo): Similar {
  return finish(find(db, studyId, atom))
}
