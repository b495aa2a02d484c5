import { createRandom } from './random'

// Enough for a start whose order in space is kept; components of nearly equal size may still be mixed.
const ROUNDS = 24

function normalise(vector: Float64Array): void {
  const length = Math.hypot(...vector) || 1
  vector.forEach((value, k) => (vector[k] = value / length))
}

/** Returns each row's coordinates on the first two principal components of a row-major n x d matrix, n x 2; `pause` is awaited between rounds. */
export async function principalPlane(
  matrix: Float32Array,
  n: number,
  d: number,
  seed: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const mean = new Float64Array(d)
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < d; k += 1) mean[k] = (mean[k] as number) + (matrix[i * d + k] as number) / n
  }
  const random = createRandom(seed)
  const axes = [0, 1].map(() => Float64Array.from({ length: d }, () => random.next() - 0.5))
  const [first, second] = axes as [Float64Array, Float64Array]
  const plane = new Float64Array(2 * n)
  const project = () => {
    for (let i = 0; i < n; i += 1) {
      let [a, b] = [0, 0]
      for (let k = 0; k < d; k += 1) {
        const value = (matrix[i * d + k] as number) - (mean[k] as number)
        a += value * (first[k] as number)
        b += value * (second[k] as number)
      }
      plane[2 * i] = a
      plane[2 * i + 1] = b
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    // Gram and Schmidt, so that the second stays off the first.
    normalise(first)
    const along = first.reduce((sum, value, k) => sum + value * (second[k] as number), 0)
    first.forEach((value, k) => (second[k] = (second[k] as number) - along * value))
    normalise(second)
    project()
    if (round === ROUNDS - 1) break
    first.fill(0)
    second.fill(0)
    for (let i = 0; i < n; i += 1) {
      const [a, b] = [plane[2 * i] as number, plane[2 * i + 1] as number]
      for (let k = 0; k < d; k += 1) {
        const value = (matrix[i * d + k] as number) - (mean[k] as number)
        first[k] = (first[k] as number) + a * value
        second[k] = (second[k] as number) + b * value
      }
    }
    await pause()
  }
  return plane
}
