// @ts-check
// One thread of the exact neighbour search. Plain JavaScript, because threads load it without a TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { squaredDistance } from './distance.mjs'
import { openProducts } from './products.mjs'

/** @typedef {import('./sides').Side} Side */
/** @type {import('./plan').WorkerPlan} */
const plan = workerData
const { d, own, tile, block, threshold, control, reaches } = plan
const { distance, nearest, near, second } = plan.found
const other = plan.other ?? own
const isAcross = plan.other !== null
const blocks = tile / block
const tilesOf = (/** @type {Side} */ { n }) => Math.ceil(n / tile)
// A stripe is a tile of asking rows beside all others; within one set beside those up to itself, longest first.
const stripes = tilesOf(own)
const [NEXT_STRIPE, CANCELLED, PAUSED, TILES_DONE] = [0, 1, 2, 3]
// By then rows have a near one, so that a tile takes what most will.
const TRIAL_AFTER = 8
// A tile of the slower products costs a few others: under a hundredth of the time.
const TRIAL_EVERY = 512
// What one tile took may be another program's doing; the time of a kind of products rises slowly and falls at once.
const RISE = 1.05

let compared = 0
const tiles = { int8: 0, float32: 0 }
const cost = { int8: Infinity, float32: Infinity }
const kinds = await openProducts(ort, plan)

/** Where the maxima and members of the blocks of a row lie, for the rows and for the columns of a tile. Blocks of columns
 * lie every so many columns, as runs of them are maximised many at a time. */
const ROWS = {
  maxima: /** @type {const} */ ('rows'),
  own: tile,
  member: 1,
  first: 1,
  step: blocks,
  maximum: blocks,
  next: 1,
}
const COLUMNS = {
  maxima: /** @type {const} */ ('columns'),
  own: 1,
  member: tile,
  first: block,
  step: 1,
  maximum: 1,
  next: tile,
}

// Float32 as whole numbers, which threads can share without a lock.
const bits = new Int32Array(1)
const float = new Float32Array(bits.buffer)
// A float32 that is rounded to nearest is at most half of this off, relative, or half of its smallest number.
const ROUND_UP = 1 + 2 ** -23
const SMALLEST = 2 ** -149

/** Tells the other threads how near a row is to one.
 * @param {number} place @param {number} value */
function share(place, value) {
  if (reaches === null || value >= reachOf(place)) return
  float[0] = value * ROUND_UP + SMALLEST
  reaches[place] = bits[0]
}

/** Compares a row of the asking side with one of the other in float64.
 * @param {number} place @param {number} seen */
function compare(place, seen) {
  const id = other.ids[seen]
  const value = squaredDistance(own.rows, own.ids[place], other.rows, id, d)
  compared += 1
  if (value < threshold) near[place] += other.copies[seen]
  share(place, value)
  if (value < distance[place]) {
    if (second !== null) second[place] = distance[place]
    distance[place] = value
    nearest[place] = id
    return
  }
  // Ties go to the lowest row, so that the answer does not depend on threads.
  if (value === distance[place] && id < nearest[place]) nearest[place] = id
  if (second !== null && value < second[place]) second[place] = value
}

/** Returns the squared distance up to which a pair matters to an asking row, but for the threshold: what any thread has
 * found for it, rounded up.
 * @param {number} place */
function reachOf(place) {
  if (reaches === null) return second === null ? distance[place] : second[place]
  bits[0] = reaches[place]
  return float[0]
}

/** Returns half the squared distance up to which a pair matters to an asking row.
 * @param {number} place */
function halfReach(place) {
  return Math.max(threshold, reachOf(place)) / 2
}

// The least product that matters, by asking row of the tile.
const limits = new Float64Array(tile)

/** Looks through the products of a tile for pairs that may be nearer than what its asking rows have found.
 * @param {import('./products.mjs').Opened} products @param {typeof ROWS | typeof COLUMNS} shape
 * @param {number} asked tile of asking rows @param {number} seen tile of the others */
function scan(products, shape, asked, seen) {
  const { sure } = products
  const maxima = products[shape.maxima]
  const base = seen * tile
  const from = asked * tile
  const count = Math.min(own.n - from, tile)
  const unit = products.bound(own, asked, other, seen)
  for (let r = 0; r < count; r += 1) {
    limits[r] = (sure[r] - halfReach(from + r)) / unit
  }
  const isDiagonal = !isAcross && asked === seen
  const found = (/** @type {number} */ r) => look(products, shape, unit, r, from, base, isDiagonal)
  if (shape === ROWS) {
    for (let r = 0, at = 0; r < count; r += 1) {
      for (let b = 0; b < blocks; b += 1, at += 1) if (maxima[at] >= limits[r]) found(r)
    }
    return
  }
  for (let b = 0; b < blocks; b += 1) {
    for (let r = 0, at = b * tile; r < count; r += 1, at += 1) if (maxima[at] >= limits[r]) found(r)
  }
}

/** Compares one asking row with those of a tile whose products leave it in question.
 * @param {import('./products.mjs').Opened} products @param {typeof ROWS | typeof COLUMNS} shape
 * @param {number} unit @param {number} r asking row of the tile
 * @param {number} from place of the tile's first asking row @param {number} base place of the first one seen
 * @param {boolean} isDiagonal */
function look(products, shape, unit, r, from, base, isDiagonal) {
  const { product, sure } = products
  const maxima = products[shape.maxima]
  const place = from + r
  const count = Math.min(other.n - base, tile)
  const self = isDiagonal ? r : -1
  const line = r * shape.own
  const isNew = limits[r] === -Infinity || isDiagonal
  let limit = limits[r]
  let [most, next] = [-1, -1]
  let top = -Infinity
  for (let b = 0, at = r * shape.maximum; b < blocks; b += 1, at += shape.next) {
    top = Math.max(top, maxima[at])
  }
  // The most promising first, so that few others are left; of all blocks where nothing is known yet.
  for (let b = 0, at = r * shape.maximum; b < blocks; b += 1, at += shape.next) {
    if (!isNew && maxima[at] < top) continue
    for (let k = 0, m = b * shape.first; k < block && m < count; k += 1, m += shape.step) {
      if (m === self) continue
      const value = product[line + m * shape.member]
      if (most < 0 || value > product[line + most * shape.member]) {
        next = most
        most = m
      } else if (next < 0 || value > product[line + next * shape.member]) next = m
    }
  }
  if (second === null) next = -1
  for (const m of [most, next]) {
    if (m < 0 || product[line + m * shape.member] < limit) continue
    compare(place, base + m)
    limit = (sure[r] - halfReach(place)) / unit
  }
  for (let b = 0, at = r * shape.maximum; b < blocks; b += 1, at += shape.next) {
    if (maxima[at] < limit) continue
    for (let k = 0, m = b * shape.first; k < block && m < count; k += 1, m += shape.step) {
      if (m === self || m === most || m === next) continue
      if (product[line + m * shape.member] < limit) continue
      compare(place, base + m)
      limit = (sure[r] - halfReach(place)) / unit
    }
  }
  limits[r] = Infinity
}

/** Returns the products that the next tile is found by: those that took less time, tried again now and then. */
function kindOfNext() {
  const { int8, float32 } = kinds
  if (!int8 || !float32) return int8 ? 'int8' : 'float32'
  const isFaster = cost.int8 <= cost.float32
  const isTrial = (tiles.int8 + tiles.float32) % TRIAL_EVERY === TRIAL_AFTER
  return isFaster === isTrial ? 'float32' : 'int8'
}

/** Goes over the pairs of two tiles.
 * @param {number} i tile of the left rows @param {number} j tile of the right rows, which ask */
async function search(i, j) {
  const kind = kindOfNext()
  const products = /** @type {import('./products.mjs').Opened} */ (kinds[kind])
  products.setRight(j)
  const start = performance.now()
  await products.multiply(i)
  scan(products, COLUMNS, j, i)
  if (!isAcross && i !== j) scan(products, ROWS, i, j)
  cost[kind] = Math.min(performance.now() - start, cost[kind] * RISE)
  tiles[kind] += 1
  Atomics.add(control, TILES_DONE, 1)
}

/** Takes stripes until none is left, or it is to stop. */
async function takeStripes() {
  while (Atomics.load(control, PAUSED) === 0) {
    const stripe = Atomics.add(control, NEXT_STRIPE, 1)
    if (stripe >= stripes) return
    const j = stripes - 1 - stripe
    const end = isAcross ? tilesOf(other) : j + 1
    for (let i = 0; i < end; i += 1) {
      if (Atomics.load(control, CANCELLED) !== 0) return
      await search(i, j)
    }
  }
}

parentPort?.on('message', async () => {
  await takeStripes()
  parentPort?.postMessage({ compared, tiles })
})
// Of a search that goes on, what was found before.
for (let place = 0; place < own.n; place += 1) share(place, distance[place])
parentPort?.postMessage('ready')
