import type { Pause, SetVectors } from './define'

// A tenth of a second of multiplications; then other work of the process gets its turn.
const STEP_PRODUCTS = 1e8

/** Returns the vectors in float64 and of length 1; null when one of them is zero, so that it has no direction. */
export function unitVectors({
  matrix,
  n,
  d,
}: SetVectors): (SetVectors & { matrix: Float64Array }) | null {
  const unit = Float64Array.from(matrix)
  for (let i = 0; i < n; i += 1) {
    const row = unit.subarray(i * d, (i + 1) * d)
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    if (norm === 0) return null
    for (let k = 0; k < d; k += 1) row[k] = (row[k] as number) / norm
  }
  return { matrix: unit, n, d }
}

/** Writes the inner products of vector i with all vectors. */
export function innerProducts({ matrix, n, d }: SetVectors, i: number, out: Float64Array): void {
  const from = i * d
  for (let j = 0; j < n; j += 1) {
    const at = j * d
    let sum = 0
    for (let k = 0; k < d; k += 1) sum += (matrix[from + k] as number) * (matrix[at + k] as number)
    out[j] = sum
  }
}

/** Writes the squared Euclidean distances of vector i to all vectors. */
export function squaredDistances({ matrix, n, d }: SetVectors, i: number, out: Float64Array): void {
  const from = i * d
  for (let j = 0; j < n; j += 1) {
    const at = j * d
    let sum = 0
    for (let k = 0; k < d; k += 1) {
      const step = (matrix[from + k] as number) - (matrix[at + k] as number)
      sum += step * step
    }
    out[j] = sum
  }
}

/** Calls `visit` for each vector in turn and pauses about every tenth of a second, each visit going over all vectors. */
export async function eachVector(
  { n, d }: SetVectors,
  pause: Pause,
  visit: (i: number) => void,
): Promise<void> {
  const rows = Math.max(1, Math.floor(STEP_PRODUCTS / Math.max(1, n * d)))
  for (let i = 0; i < n; i += 1) {
    if (i % rows === 0) await pause()
    visit(i)
  }
}
