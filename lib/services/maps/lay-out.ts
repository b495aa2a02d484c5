import { and, eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { mapCells, maps, runs } from '@/db/schema'
import { AppError, throwIfAborted } from '@/lib/errors'
import { openNearest, type NearestFinder } from '@/lib/metrics/neighbours/nearest'
import { principalPlane } from '@/lib/stats/principal'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { placeAmong, umap, umapEpochs } from '@/lib/stats/umap'
import { currentCells, type CellRef } from '../cells'
import type { Pointer } from '../search/pointer'
import { cellPointers, unit, vectorFiles } from '../search/vectors'
import { mapToLayOut } from '.'

/** What laying a map out is given by its job. */
export interface LayOutWork {
  db: Db
  signal: AbortSignal
  /** Says what is being done and how far it is. */
  say(phase: string, done: number, total: number, unit: string): void
  /** Runs work in one transaction of the job. */
  commit(work: () => void): void
}

/** Rows of a cell that are embedded, ascending, and where their vectors lie. */
interface Embedded {
  cell: CellRef
  rows: number[]
  pointers: Pointer[]
}

// Rows that are placed at a time: 3 MB of vectors.
const BATCH = 2_048
// A slice of work before other jobs of the worker have their turn.
const SLICE_MS = 20

/** Returns what is awaited between pieces of work: lets others have their turn, and throws when the job is to stop. */
function turns(signal: AbortSignal) {
  let until = performance.now() + SLICE_MS
  return async () => {
    throwIfAborted(signal)
    if (performance.now() < until) return
    await new Promise((resolve) => setImmediate(resolve))
    until = performance.now() + SLICE_MS
  }
}

/** Returns the vectors at these places as rows of unit length. */
function matrixOf(
  pointers: readonly Pointer[],
  read: (pointer: Pointer) => Float32Array | null,
  d: number,
): Float32Array {
  const matrix = new Float32Array(pointers.length * d)
  pointers.forEach((pointer, row) => {
    const vector = read(pointer)
    if (!vector) {
      throw new AppError(
        'data_error',
        'The file of the embeddings was changed while the map was laid out. Compute "Minimum neighbour distance" again.',
      )
    }
    matrix.set(unit(vector), row * d)
  })
  return matrix
}

/**
 * Lays a map out and stores the places of all rows; what an earlier, interrupted attempt stored is kept. Throws
 * `invalid_input` where too few rows have an embedding, and `cancelled`.
 */
export async function layOut(work: LayOutWork, mapId: string): Promise<Record<string, number>> {
  const { db, signal, say, commit } = work
  const started = performance.now()
  const map = mapToLayOut(db, mapId)
  const { definition } = map
  const run = db.select().from(runs).where(eq(runs.id, definition.runId)).get()
  if (!run) throw new AppError('not_found', 'The run of this map was removed. Lay out a new map.')
  const turn = turns(signal)
  const files = vectorFiles(db)
  let finder: NearestFinder | null = null
  try {
    const cells = currentCells(db, map.studyId)
    const rows = cells.reduce((sum, { rowCount, skipped }) => sum + rowCount - skipped.length, 0)
    const found: Embedded[] = []
    let bytes = 0
    let done = 0
    for (const cell of cells) {
      const embedded: Embedded = { cell, rows: [], pointers: [] }
      found.push(embedded)
      for (const batch of cellPointers(db, cell, run)) {
        for (const { idx, pointer } of batch) {
          if (bytes === 0) bytes = pointer.bytes
          if (pointer.bytes !== bytes) continue
          embedded.rows.push(idx)
          embedded.pointers.push(pointer)
        }
        done += batch.length
        say('Looking up embeddings', done, rows, 'rows')
        await turn()
      }
    }
    const pointers = found.flatMap((part) => part.pointers)
    const n = pointers.length
    const k = definition.neighbours
    if (n <= k) {
      throw new AppError(
        'invalid_input',
        `Only ${n} rows have a stored embedding; a map of ${k} neighbours needs more. Compute "Minimum neighbour distance" on this study, which stores them.`,
      )
    }
    const chosen = sampleWithoutReplacement(n, definition.sample, definition.seed).sort()
    const d = files.read(pointers[0] as Pointer)?.length ?? 0
    const sample = matrixOf(
      Array.from(chosen, (at) => pointers[at] as Pointer),
      files.read,
      d,
    )
    const m = chosen.length
    finder = await openNearest(sample, [m, d], k, signal)
    const epochs = umapEpochs(m)
    let places: Float64Array
    if (map.sampled?.length === 16 * m) {
      places = new Float64Array(Uint8Array.from(map.sampled).buffer)
    } else {
      const onFound = (count: number) => say('Nearest rows of the sample', count, m, 'rows')
      const nearest = await finder.find(sample, m, { isOwn: true, onFound })
      const start = await principalPlane(sample, m, d, definition.seed, turn)
      const layout = umap(nearest, start, definition.seed)
      let step = layout.next()
      for (; !step.done; step = layout.next()) {
        say('Laying out the sample', step.value, epochs, 'epochs')
        await turn()
      }
      places = step.value
      const sampled = Buffer.from(places.buffer)
      commit(() => db.update(maps).set({ sampled }).where(eq(maps.no, map.no)).run())
    }
    const place = placerOf(finder, places, chosen)
    let from = 0
    for (const { cell, rows: own, pointers: mine } of found) {
      const isPlaced = and(eq(mapCells.mapNo, map.no), eq(mapCells.cellNo, cell.no))
      const first = from
      from += own.length
      if (db.select({ no: mapCells.cellNo }).from(mapCells).where(isPlaced).get()) continue
      const of = new Float32Array(2 * cell.rowCount).fill(Number.NaN)
      for (let at = 0; at < own.length; at += BATCH) {
        const part = mine.slice(at, at + BATCH)
        const placed = await place(matrixOf(part, files.read, d), part.length, first + at)
        placed.forEach((xy, i) => of.set(xy, 2 * (own[at + i] as number)))
        say('Placing rows', first + at + part.length, n, 'rows')
        await turn()
      }
      const entry = { mapNo: map.no, cellNo: cell.no, places: Buffer.from(of.buffer) }
      commit(() => db.insert(mapCells).values(entry).run())
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10
    const record = { rows, embedded: n, sampled: m, dimension: d, epochs, seconds }
    commit(() =>
      db
        .update(maps)
        .set({ record: { ...record, finishedAt: Date.now() }, sampled: null })
        .where(eq(maps.no, map.no))
        .run(),
    )
    return record
  } finally {
    await finder?.close()
    files.close()
  }
}

/** Returns what places rows, the first of which has this number among all embedded ones: those of the sample stay where they are. */
function placerOf(finder: NearestFinder, places: Float64Array, chosen: Uint32Array) {
  const own = new Map(Array.from(chosen, (at, k) => [at, k]))
  return async (
    matrix: Float32Array,
    n: number,
    first: number,
  ): Promise<(readonly [number, number])[]> => {
    const { k, indexes, distances } = await finder.find(matrix, n)
    return Array.from({ length: n }, (_, i) => {
      const at = own.get(first + i)
      if (at !== undefined) return [places[2 * at] as number, places[2 * at + 1] as number] as const
      const [low, high] = [i * k, (i + 1) * k]
      return placeAmong(indexes.subarray(low, high), distances.subarray(low, high), places)
    })
  }
}
