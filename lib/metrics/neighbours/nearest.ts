import type { Tensor } from 'onnxruntime-node'
import { throwIfAborted } from '@/lib/errors'
import type { NearestOthers } from '@/lib/stats/umap'
import { largestGraph } from './graphs'
import { inTurn } from './turn'

// Rows of one product: with 50,000 others its result takes 51 MB.
const TILE = 256
// Candidates beyond those asked for: float32 may order near ones otherwise.
const SPARE = 4

interface FindOptions {
  isOwn?: boolean
  onFound?(rows: number): void
}

/** Finds the nearest among rows that it was opened with. */
export interface NearestFinder {
  /** Returns the `k` nearest of each of `n` rows of unit length; `isOwn` where they are the rows it was opened with, each of which is not its own neighbour. */
  find(rows: Float32Array, n: number, options?: FindOptions): Promise<NearestOthers>
  close(): Promise<void>
}

/**
 * Returns a finder of the `k` nearest among `n` rows of unit length, row-major of dimension d: candidates by products in
 * float32, their distances and order in float64, the lower index first of equally near ones.
 */
export async function openNearest(
  matrix: Float32Array,
  [n, d]: [number, number],
  wanted: number,
  signal: AbortSignal,
): Promise<NearestFinder> {
  const ort = await import('onnxruntime-node')
  const kept = Math.min(n, wanted + 1 + SPARE)
  const graph = largestGraph(matrix, [n, d], TILE, kept)
  const session = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 })
  const input = new Float32Array(TILE * d)
  const A = new ort.Tensor('float32', input, [TILE, d])
  const findTile = async (
    rows: Float32Array,
    [from, to]: [number, number],
    isOwn: boolean,
    into: NearestOthers,
  ) => {
    throwIfAborted(signal)
    input.fill(0)
    input.set(rows.subarray(from * d, to * d))
    const { I } = (await session.run({ A })) as { I: Tensor }
    const found = I.data as BigInt64Array
    for (let row = from; row < to; row += 1) {
      const at = (row - from) * kept
      const near = Array.from(found.subarray(at, at + kept), (index) => {
        let square = 0
        const other = Number(index) * d
        for (let c = 0; c < d; c += 1) {
          square += ((rows[row * d + c] as number) - (matrix[other + c] as number)) ** 2
        }
        return { index: Number(index), distance: Math.sqrt(square) }
      })
      near
        .filter(({ index }) => !isOwn || index !== row)
        .sort((a, b) => a.distance - b.distance || a.index - b.index)
        .slice(0, into.k)
        .forEach(({ index, distance }, k) => {
          into.indexes[row * into.k + k] = index
          into.distances[row * into.k + k] = distance
        })
    }
  }
  return {
    async find(rows, asking, { isOwn = false, onFound } = {}) {
      const k = Math.min(wanted, isOwn ? n - 1 : n)
      const into = {
        k,
        indexes: new Int32Array(asking * k),
        distances: new Float64Array(asking * k),
      }
      for (let from = 0; from < asking; from += TILE) {
        const tile = [from, Math.min(asking, from + TILE)] as [number, number]
        await inTurn(signal, () => findTile(rows, tile, isOwn, into))
        onFound?.(tile[1])
      }
      return into
    },
    close: () => session.release(),
  }
}
