// @ts-check
// Plain JavaScript, because threads load it without a TypeScript loader.

/** @typedef {import('./sides').Side} Side */

/** The largest product that a byte holds. */
export const LARGEST_PRODUCT = 255
/** Half for the rounding of a product to a whole number, and far more than float32 loses of it. */
export const ROUNDING = 0.501
// The largest limit is to read this, so that products above it still differ.
const LARGEST_LIMIT = 160
// A step of zero would be no step; far below every product that is not zero.
const SMALLEST_STEP = 2 ** -100

/**
 * Returns what one of a product is to stand for.
 *
 * @param {number} most the largest limit; infinite where there is a row without one
 * @param {number} all what no product is above
 */
export function stepFor(most, all) {
  const isKnown = most > 0 && most < Infinity
  const step = isKnown ? most / LARGEST_LIMIT : all / LARGEST_PRODUCT
  return Math.fround(Math.max(step, SMALLEST_STEP))
}

/**
 * Returns the rows of one side of a tile, which ask: the least product that matters to each.
 *
 * @param {import('./plan').WorkerPlan} plan
 * @param {(place: number) => number} reachOf squared distance up to which a pair matters, but for the threshold
 * @param {Uint8Array} limits those products, by row of the tile
 * @param {Side} side
 */
export function openLimits({ tile, threshold }, reachOf, limits, side) {
  const sure = new Float64Array(tile)
  let [from, count, unit, step] = [0, 0, 1, 1]
  const leastOf = (/** @type {number} */ r) =>
    (sure[r] - Math.max(threshold, reachOf(from + r)) / 2) / unit
  const set = (/** @type {number} */ r) => {
    const least = Math.ceil(leastOf(r) / step - ROUNDING)
    limits[r] = least < 0 ? 0 : Math.min(least, LARGEST_PRODUCT)
  }
  return {
    /** Begins with a tile beside another one and returns the largest of the least products; infinite where some row
     * knows of no other yet.
     * @param {import('./products.mjs').Opened} kind @param {number} index @param {Side} others @param {number} seen */
    begin(kind, index, others, seen) {
      from = index * tile
      count = Math.min(side.n - from, tile)
      unit = kind.bound(side, index, others, seen, sure)
      let most = 0
      for (let r = 0; r < count; r += 1) {
        const least = leastOf(r)
        if (least === -Infinity) return Infinity
        if (least > most) most = least
      }
      return most
    },
    /** @param {number} next what one of a product stands for */
    setAll(next) {
      step = next
      for (let r = 0; r < count; r += 1) set(r)
      limits.fill(LARGEST_PRODUCT, count)
    },
    set,
    /** @param {number} r @param {number} product at most */
    leastDistance: (r, product) => 2 * (sure[r] - product * unit),
    /** @param {number} r @param {number} product @param {number} half half the squared length of the row it sees */
    likelyDistance: (r, product, half) => 2 * (side.halfNorms[from + r] + half - product * unit),
  }
}
