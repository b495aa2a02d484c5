/** Lengths of the vectors of a run. */
export interface Norms {
  min: number
  mean: number
  max: number
}

// Beyond this the squared distance is no longer 2 - 2 cos, and the figure's 0..1 axis loses its meaning.
const UNIT_TOLERANCE = 1e-3

/** Returns the smallest, mean and largest Euclidean norm of the rows; null for no rows. */
export function rowNorms(rows: Float32Array, n: number, d: number): Norms | null {
  if (n === 0) return null
  let [min, sum, max] = [Infinity, 0, 0]
  for (let i = 0; i < n; i += 1) {
    let squares = 0
    for (let k = i * d; k < (i + 1) * d; k += 1) squares += (rows[k] as number) ** 2
    const norm = Math.sqrt(squares)
    min = Math.min(min, norm)
    max = Math.max(max, norm)
    sum += norm
  }
  return { min, mean: sum / n, max }
}

/** Returns a warning when the vectors are not of unit length, null when they are. */
export function normWarning({ min, max }: Norms): string | null {
  if (min >= 1 - UNIT_TOLERANCE && max <= 1 + UNIT_TOLERANCE) return null
  return (
    `The vectors are not of unit length (${min.toPrecision(4)} to ${max.toPrecision(4)}), so distances are not ` +
    'comparable with those of normalised embeddings. Use an encoder that normalises.'
  )
}
