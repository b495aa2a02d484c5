// Plain JavaScript, because worker threads load it without a TypeScript loader.

/**
 * Returns the squared Euclidean distance of rows i and j of a row-major matrix: a direct float64 sum of squared
 * differences, four partial sums, symmetric in i and j.
 *
 * @param {Float32Array | Float64Array} rows n x d
 * @param {number} d
 * @param {number} i
 * @param {number} j
 * @returns {number}
 */
export function squaredDistance(rows, d, i, j) {
  let a = i * d
  let b = j * d
  const end = a + d
  const end4 = a + (d & ~3)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (; a < end4; a += 4, b += 4) {
    const d0 = rows[a] - rows[b]
    const d1 = rows[a + 1] - rows[b + 1]
    const d2 = rows[a + 2] - rows[b + 2]
    const d3 = rows[a + 3] - rows[b + 3]
    s0 += d0 * d0
    s1 += d1 * d1
    s2 += d2 * d2
    s3 += d3 * d3
  }
  for (; a < end; a += 1, b += 1) {
    const d0 = rows[a] - rows[b]
    s0 += d0 * d0
  }
  return s0 + s1 + (s2 + s3)
}
