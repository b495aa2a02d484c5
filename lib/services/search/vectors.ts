import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { runs } from '@/db/schema'
import { cacheKeyer } from '@/lib/backends/session/cache-key'
import { decodeFloats } from '@/lib/backends/session/cache-values'
import type { ModelIdentity } from '@/lib/backends/types'
import { AppError } from '@/lib/errors'
import { textOf, textRecipe } from '@/lib/metrics/neighbours/row-vectors'
import { ByteVectors } from '@/lib/stats/byte-vectors'
import { currentCells, currentResponseSet, type CellRef } from '../cells'
import { columnReader } from '../columns'
import { responseStamp } from '../columns/texts'
import { decodePointer, vectorFile, type Pointer } from './pointer'

// Steps on each side of zero of a coordinate that is kept in a byte.
const STEPS = 127

/** Vectors of a cell in a byte a coordinate, of unit length, with what rounding took from each. */
export interface CellVectors {
  /** Rows with a vector, ascending; the others were not embedded. */
  rows: Int32Array
  d: number
  /** Address of the codes of the first one. */
  at: number
  /** What a code of 1 stands for. */
  scales: Float32Array
  /** Length of the difference between a vector and its codes. */
  errors: Float32Array
  /** Where the exact vectors lie. */
  pointers: Pointer[]
}

/** The vectors of a study's rows under one run. */
export interface StudyVectors {
  cells: Map<number, CellVectors>
  codes: ByteVectors
  /** Returns the exact vector of a cell's n-th embedded row. */
  exact(cell: CellVectors, n: number): Float32Array
}

const storedSchema = z.object({
  idx: z.number(),
  instruction: z.string(),
  input: z.string().nullable(),
  response: z.string().nullable(),
})

/** Returns a vector of the same direction and unit length. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

/** Returns the run whose embeddings are read: the one that the columns of distances show. Throws `invalid_input` where there is none. */
export function embeddingRun(db: Db, studyId: string) {
  const shown = columnReader(db, studyId).runOf('mnd.mnd')
  const run = shown && db.select().from(runs).where(eq(runs.no, shown.no)).get()
  if (!run?.definition.model) {
    throw new AppError(
      'invalid_input',
      'Similar rows and maps are made from the embeddings of the metric "Minimum neighbour distance", which this study has no run of. Compute it first.',
    )
  }
  return run
}

type Run = ReturnType<typeof embeddingRun>

/** Returns what gives the text of a row its key among the stored vectors of a run. */
export function vectorKey(run: Run): (row: Parameters<typeof textOf>[0]) => Buffer {
  const keyOf = cacheKeyer({
    call: 'embed',
    backendId: run.backendId ?? '',
    identity: run.definition.model as unknown as ModelIdentity,
    fingerprint: run.record.fingerprint ?? null,
  })
  const recipe = textRecipe.parse(run.definition.params.textRecipe)
  return (row) => keyOf(textOf(row, recipe), null)
}

/** Returns where the vector under a key lies; null where there is none. */
export function pointerOf(db: Db, key: Buffer): Pointer | null {
  const stored = hotRead(db, {
    why: 'once a row',
    sql: 'select value from request_cache where key = ?',
    row: z.instanceof(Buffer),
  }).get(key)
  return stored && decodePointer(stored)
}

/** Returns what changes whenever the embeddings of the study's rows may. */
export function embeddingStamp(db: Db, run: Run, cells: readonly CellRef[]): string {
  const places = cells.map(({ no }) => `${no}.${responseStamp(db, no)}`).join(' ')
  return `${run.no} ${run.record.finishedAt} ${places}`
}

/** Returns a vector as it was stored, null where the file does not hold it whole. */
function readVector(file: number, { bytes, record, checksum }: Pointer): Float32Array | null {
  const value = Buffer.allocUnsafe(bytes)
  const read = fs.readSync(file, value, 0, bytes, record * bytes)
  if (read !== bytes || crc32(value) !== checksum) return null
  // The first float says whether the text was cut.
  return decodeFloats(value).subarray(1)
}

/** Files of vectors, opened when they are first read. */
export function vectorFiles(db: Db) {
  const folder = path.join(path.dirname(db.$client.name), 'vectors')
  const files = new Map<number, number | null>()
  return {
    /** Returns a vector as it was stored, null where its file does not hold it whole. */
    read(pointer: Pointer): Float32Array | null {
      const { bytes } = pointer
      let file = files.get(bytes)
      if (file === undefined) {
        const name = vectorFile(folder, bytes)
        file = fs.existsSync(name) ? fs.openSync(name, 'r') : null
        files.set(bytes, file)
      }
      return file === null ? null : readVector(file, pointer)
    },
    close: () => files.forEach((file) => file !== null && fs.closeSync(file)),
  }
}

/** Yields where the vectors of a cell's rows lie, some hundred rows at a time; rows that were not embedded are left out. */
export function* cellPointers(
  db: Db,
  cell: CellRef,
  run: Run,
): Generator<{ idx: number; pointer: Pointer }[]> {
  const keyOf = vectorKey(run)
  const next = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select r.idx, r.instruction, r.input, s.text as response from rows r
      left join responses s on s.set_no = ? and s.idx = r.idx where r.cell_no = ? and r.idx >= ? order by r.idx limit 256`,
    row: storedSchema,
  })
  const setNo = currentResponseSet(db, cell.no)?.no ?? -1
  let from = 0
  for (let batch = next.all(setNo, cell.no, 0); batch.length > 0;) {
    from = (batch.at(-1)?.idx ?? 0) + 1
    yield batch.flatMap((row) => {
      const pointer = pointerOf(db, keyOf(row))
      return pointer ? [{ idx: row.idx, pointer }] : []
    })
    batch = next.all(setNo, cell.no, from)
  }
}

/** Writes a vector of unit length in bytes; returns what a code of 1 stands for, and the length of what rounding took. */
function encode(vector: Float32Array, codes: Int8Array, at: number): [number, number] {
  let most = 0
  for (const value of vector) most = Math.max(most, Math.abs(value))
  const scale = most / STEPS || 1
  let lost = 0
  for (let k = 0; k < vector.length; k += 1) {
    const value = vector[k] as number
    const code = Math.round(value / scale)
    codes[at + k] = code
    lost += (value - code * scale) ** 2
  }
  return [scale, Math.sqrt(lost)]
}

/** Reads the vectors of a cell; yields where others may have their turn. */
function* loadCell(
  db: Db,
  cell: CellRef,
  run: Run,
  read: (pointer: Pointer) => Float32Array | null,
  store: ByteVectors,
): Generator<void, CellVectors> {
  const rows: number[] = []
  const scales = new Float32Array(cell.rowCount)
  const errors = new Float32Array(cell.rowCount)
  const pointers: Pointer[] = []
  let codes: Int8Array = new Int8Array(0)
  let [d, bytes, at] = [0, 0, 0]
  for (const batch of cellPointers(db, cell, run)) {
    for (const { idx, pointer } of batch) {
      if (bytes > 0 && pointer.bytes !== bytes) continue
      const raw = read(pointer)
      if (!raw) continue
      const vector = unit(raw)
      if (d === 0) {
        d = vector.length
        bytes = pointer.bytes
        at = store.reserve(cell.rowCount, d)
        codes = store.bytes(at, cell.rowCount, d)
      }
      const n = rows.length
      const [scale, error] = encode(vector, codes, n * ByteVectors.widthOf(d))
      scales[n] = scale
      errors[n] = error
      rows.push(idx)
      pointers.push(pointer)
    }
    yield
  }
  return { rows: Int32Array.from(rows), d, at, scales, errors, pointers }
}

interface Kept {
  stamp: string
  vectors: StudyVectors
  close(): void
}

/** The vectors of the study that was asked last, by connection: 384 bytes a row are too many to keep those of several. */
const kept = new WeakMap<object, Kept>()

/** Returns the vectors of a study's rows, read at the first request; throws `invalid_input` where no run has embedded them. */
export function* studyVectors(db: Db, studyId: string): Generator<void, StudyVectors> {
  const run = embeddingRun(db, studyId)
  const cells = currentCells(db, studyId)
  const stamp = embeddingStamp(db, run, cells)
  const held = kept.get(db.$client)
  if (held?.stamp === stamp) return held.vectors
  const files = vectorFiles(db)
  const loaded = new Map<number, CellVectors>()
  const codes = new ByteVectors()
  for (const cell of cells) loaded.set(cell.no, yield* loadCell(db, cell, run, files.read, codes))
  const vectors: StudyVectors = {
    cells: loaded,
    codes,
    exact(cell, n) {
      const vector = files.read(cell.pointers[n] as Pointer)
      if (!vector) throw new AppError('data_error', 'The file of the embeddings was changed.')
      return vector
    },
  }
  kept.get(db.$client)?.close()
  kept.set(db.$client, { stamp, vectors, close: files.close })
  return vectors
}
