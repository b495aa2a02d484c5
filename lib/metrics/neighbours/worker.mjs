// @ts-check
// One thread of the exact neighbour search. Plain JavaScript, because threads load it without a TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { encodeTile } from './codes.mjs'
import { squaredDistance } from './distance.mjs'
import { LARGEST_PRODUCT, openLimits, ROUNDING, stepFor } from './limits.mjs'
import { openProducts } from './products.mjs'
import { openReaches } from './reaches.mjs'
import { openScan } from './scan.mjs'

/** @typedef {import('./sides').Side} Side */
/** @type {import('./plan').WorkerPlan} */
const plan = workerData
const { d, own, tile, threshold, control, reaches } = plan
const { distance, nearest, near, second } = plan.found
const other = plan.other ?? own
const isAcross = plan.other !== null
const tilesOf = (/** @type {Side} */ { n }) => Math.ceil(n / tile)
// A stripe is a tile of asking rows beside all others; within one set beside those up to itself, longest first.
const stripes = tilesOf(own)
const [NEXT_STRIPE, CANCELLED, PAUSED, TILES_DONE, NEXT_TILE] = [0, 1, 2, 3, 4]
// By then rows have a near one, so that a tile takes what most will.
const TRIAL_AFTER = 8
// A tile of the slower products costs a few others: under a hundredth of the time.
const TRIAL_EVERY = 512
// What one tile took may be another program's doing; the time of a kind of products rises slowly and falls at once.
const RISE = 1.05

let compared = 0
const tiles = { int8: 0, float32: 0 }
const cost = { int8: Infinity, float32: Infinity }
const scan = openScan(plan.scan, tile)
const { products } = scan
const kinds = await openProducts(ort, plan, products)
const { reachOf, share } = openReaches(plan)

/** Returns the squared distance of two rows in float64.
 * @param {number} asked @param {number} seen */
function distanceOf(asked, seen) {
  compared += 1
  return squaredDistance(own.rows, own.ids[asked], other.rows, other.ids[seen], d)
}

/** Takes a row of the other tile, or of its own set, that is at a squared distance of one.
 * @param {number} place @param {number} value @param {Side} of @param {number} seen */
function take(place, value, of, seen) {
  const id = of.ids[seen]
  if (value < threshold) near[place] += of.copies[seen]
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

const columns = openLimits(plan, reachOf, scan.columns, own)
const rows = openLimits(plan, reachOf, scan.rows, own)
// Across two sets nobody asks there.
scan.rows.fill(LARGEST_PRODUCT)

/** Tells rows that know of no other yet how near the most promising one of two tiles is, so that few are left to be compared;
 * that one is among them.
 * @param {number} i @param {number} j tiles of left and right rows */
function lookFirst(i, j) {
  const [base, from] = [i * tile, j * tile]
  const [left, right] = [Math.min(other.n - base, tile), Math.min(own.n - from, tile)]
  const isDiagonal = !isAcross && i === j
  const best = { rows: new Int32Array(left).fill(-1), columns: new Int32Array(right).fill(-1) }
  for (let r = 0; r < left; r += 1) {
    let most = -1
    for (let c = 0, at = r * tile; c < right; c += 1, at += 1) {
      if (isDiagonal && r === c) continue
      if (most < 0 || products[at] > products[most]) most = at
      const high = best.columns[c]
      if (high < 0 || products[at] > products[high]) best.columns[c] = at
    }
    best.rows[r] = most
  }
  /** @param {number} place @param {number} at */
  const tell = (place, at) => {
    if (at < 0 || reachOf(place) < Infinity) return
    share(place, distanceOf(from + (at % tile), base + Math.floor(at / tile)))
  }
  best.columns.forEach((at, c) => tell(from + c, at))
  if (!isAcross) best.rows.forEach((at, r) => tell(base + r, at))
}

// Pairs that are to be compared later, and the least that their squared distances can be. Most of those that are not nearer
// than what their rows know of, but may be, are out of question once the rows know of nearer ones.
const WAITING = 1 << 18
const waiting = {
  count: 0,
  asked: new Uint32Array(WAITING),
  seen: new Uint32Array(WAITING),
  least: new Float64Array(WAITING),
}

/** Compares a pair in float64, for both of its rows.
 * @param {number} asked @param {number} seen */
function comparePair(asked, seen) {
  const value = distanceOf(asked, seen)
  take(asked, value, other, seen)
  if (!isAcross) take(seen, value, own, asked)
}

/** Compares the pairs that wait and are still in question. */
function compareWaiting() {
  for (let k = 0; k < waiting.count; k += 1) {
    const [asked, seen, least] = [waiting.asked[k], waiting.seen[k], waiting.least[k]]
    const isAsked = least <= Math.max(threshold, reachOf(asked))
    if (isAsked || (!isAcross && least <= reachOf(seen))) comparePair(asked, seen)
  }
  waiting.count = 0
}

/** Compares the pairs of two tiles that the products leave in question, or has them wait.
 * @param {number} i @param {number} j tiles of left and right rows @param {number} step */
function compare(i, j, step) {
  const [base, from] = [i * tile, j * tile]
  const isDiagonal = !isAcross && i === j
  for (const at of scan.find()) {
    const r = Math.floor(at / tile)
    const c = at % tile
    const [seen, asked] = [base + r, from + c]
    const product = products[at]
    // Limits have risen since; what is past the end has products too.
    if (product < scan.columns[c] && product < scan.rows[r]) continue
    if (seen >= other.n || asked >= own.n || (isDiagonal && r >= c)) continue
    const likely = columns.likelyDistance(c, product * step, other.halfNorms[seen])
    const isNearer = likely < reachOf(asked) || (!isAcross && likely < reachOf(seen))
    if (product < LARGEST_PRODUCT && !isNearer) {
      if (waiting.count === WAITING) compareWaiting()
      waiting.asked[waiting.count] = asked
      waiting.seen[waiting.count] = seen
      waiting.least[waiting.count] = columns.leastDistance(c, (product + ROUNDING) * step)
      waiting.count += 1
      continue
    }
    comparePair(asked, seen)
    columns.set(c)
    if (isAcross) continue
    rows.set(r)
    // In a tile beside itself each row is in both places.
    if (!isDiagonal) continue
    rows.set(c)
    columns.set(r)
  }
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
  const name = kindOfNext()
  const kind = /** @type {import('./products.mjs').Opened} */ (kinds[name])
  await kind.setRight(j)
  const start = performance.now()
  const most = Math.max(
    columns.begin(kind, j, other, i),
    isAcross ? 0 : rows.begin(kind, i, own, j),
  )
  const step = stepFor(most, kind.most(own, j, other, i))
  await kind.multiply(i, step)
  if (most === Infinity && reaches !== null) lookFirst(i, j)
  columns.setAll(step)
  if (!isAcross) rows.setAll(step)
  compare(i, j, step)
  cost[name] = Math.min(performance.now() - start, cost[name] * RISE)
  tiles[name] += 1
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

/** Writes the codes of both sides. */
function encodeTiles() {
  const before = isAcross ? tilesOf(other) : 0
  while (Atomics.load(control, CANCELLED) === 0) {
    const next = Atomics.add(control, NEXT_TILE, 1)
    if (next >= before + stripes) return
    if (next < before) encodeTile(other, d, tile, next)
    else encodeTile(own, d, tile, next - before)
  }
}

parentPort?.on('message', async (/** @type {'encode' | 'search'} */ what) => {
  if (what === 'encode') encodeTiles()
  else {
    await takeStripes()
    if (Atomics.load(control, CANCELLED) === 0) compareWaiting()
  }
  parentPort?.postMessage({ compared, tiles })
})
// Of a search that goes on, what was found before.
for (let place = 0; place < own.n; place += 1) share(place, distance[place])
parentPort?.postMessage('ready')
