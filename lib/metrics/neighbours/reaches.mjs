// @ts-check
// Plain JavaScript, because threads load it without a TypeScript loader.

// A float32 that is rounded to nearest is at most half of this off, relative, or half of its smallest number.
const ROUND_UP = 1 + 2 ** -23
const SMALLEST = 2 ** -149

/**
 * Returns how near rows are to another one, as far as any thread knows.
 *
 * @param {import('./plan').WorkerPlan} plan
 */
export function openReaches({ reaches, found: { second } }) {
  // Float32 as whole numbers, which threads can share without a lock.
  const bits = new Int32Array(1)
  const float = new Float32Array(bits.buffer)
  /** Returns the squared distance up to which a pair matters to an asking row, but for the threshold: what any thread has
   * found for it, rounded up.
   * @param {number} place */
  const reachOf = (place) => {
    if (reaches === null) return /** @type {Float64Array} */ (second)[place]
    bits[0] = reaches[place]
    return float[0]
  }
  return {
    reachOf,
    /** Tells the other threads how near a row is to one.
     * @param {number} place @param {number} value */
    share(place, value) {
      if (reaches === null || value >= reachOf(place)) return
      float[0] = value * ROUND_UP + SMALLEST
      reaches[place] = bits[0]
    },
  }
}
