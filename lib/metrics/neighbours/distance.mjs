// Plain JavaScript, because worker threads load it without a TypeScript loader.

/**
 * Returns the squared distance of row i of one row-major matrix and row j of another: a direct float64 sum of squared
 * differences, four partial sums, symmetric in the two rows.
 *
 * @param {Float32Array | Float64Array} own rows of d
 * @param {number} i
 * @param {Float32Array | Float64Array} other rows of d
 * @param {number} j
 * @param {number} d
 * @returns {number}
 */
export function squaredDistance(own, i, other, j, d) {
  let a = i * d
  let b = j * d
  const end = a + d
  const end4 = a + (d & ~3)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (; a < end4; a += 4, b += 4) {
    const d0 = own[a] - other[b]
    const d1 = own[a + 1] - other[b + 1]
    const d2 = own[a + 2] - other[b + 2]
    const d3 = own[a + 3] - other[b + 3]
    s0 += d0 * d0
    s1 += d1 * d1
    s2 += d2 * d2
    s3 += d3 * d3
  }
  for (; a < end; a += 1, b += 1) {
    const d0 = own[a] - other[b]
    s0 += d0 * d0
  }
  return s0 + s1 + (s2 + s3)
}
