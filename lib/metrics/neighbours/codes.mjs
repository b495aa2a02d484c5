// Plain JavaScript, because threads load it without a TypeScript loader.

/** @typedef {import('./sides').Side} Side */

/** The code of zero; products of bytes want one side without a sign. */
export const ZERO = 128
/** Steps on each side of zero; with 127 no code is -128, which has no opposite. */
export const STEPS = 127

/** What a graph of products holds in place of the codes of its columns. */
export const UNSET = 0xa5

/** Returns the code of a coordinate: rounded, cut off where all are positive.
 * @param {number} value @param {number} steps */
function codeOf(value, steps) {
  return (value * steps + (ZERO + 0.5)) | 0
}

/**
 * Writes the codes of a row, its length and what they leave out. No powers: they take ten times as long as products. Two sums
 * side by side: the processor waits for the one before in each.
 *
 * @param {Side} side @param {number} d @param {number} place @param {number} scale what a code of one stands for
 */
function encode({ rows, ids, codes, halfNorms, errors }, d, place, scale) {
  const steps = 1 / scale
  const from = ids[place] * d
  const to = place * d
  const even = d & ~1
  let [square, lost, otherSquare, otherLost] = [0, 0, 0, 0]
  for (let k = 0; k < even; k += 2) {
    const value = rows[from + k]
    const next = rows[from + k + 1]
    const code = codeOf(value, steps)
    const nextCode = codeOf(next, steps)
    const error = value - (code - ZERO) * scale
    const nextError = next - (nextCode - ZERO) * scale
    codes[to + k] = code
    codes[to + k + 1] = nextCode
    square += value * value
    otherSquare += next * next
    lost += error * error
    otherLost += nextError * nextError
  }
  if (even < d) {
    const value = rows[from + even]
    const code = codeOf(value, steps)
    const error = value - (code - ZERO) * scale
    codes[to + even] = code
    square += value * value
    lost += error * error
  }
  halfNorms[place] = (square + otherSquare) / 2
  errors[place] = Math.sqrt(lost + otherLost)
}

/**
 * Writes the codes of a tile's rows, and what its bounds are made of.
 *
 * @param {Side} side @param {number} d @param {number} size rows of a tile @param {number} index
 */
export function encodeTile(side, d, size, index) {
  const { halfNorms, errors, least, most, worst } = side
  for (let r = 0, place = index * size; r < size && place < side.n; r += 1, place += 1) {
    encode(side, d, place, side.scales[index])
    least[index] = Math.min(least[index], halfNorms[place])
    most[index] = Math.max(most[index], halfNorms[place])
    worst[index] = Math.max(worst[index], errors[place])
  }
}
