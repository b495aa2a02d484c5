// @ts-check
// One thread of the exact neighbour search. Plain JavaScript, because threads load it without a TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { squaredDistance } from './distance.mjs'

/** @type {import('./plan').WorkerPlan} */
const plan = workerData
const { n, d, tile, block, keep, index, across } = plan
const width = d + 2
const tiles = Math.ceil(n / tile)
const blocksPerTile = tile / block
// Rows that look for a nearest one, and where those begin that they look among.
const asking = across ? across.asking : n
const from = across ? across.from : 0
// Finite, so that sums of two stay finite, and below every product of real vectors.
const MASKED = -1e30

const rows = new Float32Array(plan.rows)
const halfNorms = new Float32Array(plan.halfNorms)
const copies = new Uint32Array(plan.copies)
const control = new Int32Array(plan.control)
const [NEXT_TILE, NEXT_ROWS, CANCELLED, TILES_DONE] = [0, 1, 2, 3]

// Thread-local while scanning; published once at the end.
const topValues = new Float32Array(n * keep).fill(-Infinity)
const topBlocks = new Int32Array(n * keep).fill(-1)
const near = new Float64Array(n)

const cancelled = () => Atomics.load(control, CANCELLED) !== 0

/** Inserts a block's maximum into the best `keep` of a row, which are kept in falling order.
 * @param {number} row @param {number} blockId @param {number} value */
function keepBlock(row, blockId, value) {
  const first = row * keep
  let at = first + keep - 1
  for (; at > first && value > topValues[at - 1]; at -= 1) {
    topValues[at] = topValues[at - 1]
    topBlocks[at] = topBlocks[at - 1]
  }
  topValues[at] = value
  topBlocks[at] = blockId
}

/** Counts the pairs of one row and one block that are nearer than the threshold, both ways unless on the diagonal.
 * @param {number} row @param {number} blockId @param {boolean} diagonal */
function countNear(row, blockId, diagonal) {
  const from = blockId * block
  const to = Math.min(n, from + block)
  for (let other = from; other < to; other += 1) {
    if (other === row || squaredDistance(rows, d, row, other) >= plan.threshold) continue
    near[row] += copies[other]
    if (!diagonal && !across) near[other] += copies[row]
  }
}

/** Copies one tile of rows in, with two more columns that turn the product into -D2 / 2:
 * (a, -|a|^2 / 2, 1) . (b, 1, -|b|^2 / 2). Rows past the end can never be anybody's best.
 * @param {Float32Array} target @param {number} tileIndex @param {boolean} isLeft */
function fillTile(target, tileIndex, isLeft) {
  for (let r = 0; r < tile; r += 1) {
    const row = tileIndex * tile + r
    const at = r * width
    const isReal = row < asking || (row >= from && row < n)
    if (isReal) target.set(rows.subarray(row * d, row * d + d), at)
    else target.fill(0, at, at + d)
    const half = isReal ? -halfNorms[row] : MASKED
    target[at + d] = isLeft ? half : 1
    target[at + d + 1] = isLeft ? 1 : half
  }
}

/** Scans the block maxima of a tile's rows.
 * @param {Float32Array} maxima @param {number} i @param {number} j */
function scanRows(maxima, i, j) {
  const rowsHere = Math.min(tile, asking - i * tile)
  for (let r = 0; r < rowsHere; r += 1) {
    const row = i * tile + r
    const worst = row * keep + keep - 1
    for (let b = 0; b < blocksPerTile; b += 1) {
      const value = maxima[r * blocksPerTile + b]
      if (value > topValues[worst]) keepBlock(row, j * blocksPerTile + b, value)
      if (value > plan.hitLimit) countNear(row, j * blocksPerTile + b, i === j)
    }
  }
}

/** Scans the block maxima of a tile's columns: the other triangle.
 * @param {Float32Array} maxima @param {number} i @param {number} j */
function scanColumns(maxima, i, j) {
  const columnsHere = Math.min(tile, n - j * tile)
  for (let b = 0; b < blocksPerTile; b += 1) {
    for (let c = 0; c < columnsHere; c += 1) {
      const value = maxima[b * tile + c]
      const row = j * tile + c
      if (value > topValues[row * keep + keep - 1]) keepBlock(row, i * blocksPerTile + b, value)
    }
  }
}

/** Yields the tiles of this thread: of the upper triangle, or of all pairs of the two sets, row by row.
 * @returns {Generator<[number, number]>} */
function* claims() {
  const claim = () => Atomics.add(control, NEXT_TILE, 1)
  if (across) {
    const firstOther = from / tile
    const others = tiles - firstOther
    const total = Math.ceil(asking / tile) * others
    for (let claimed = claim(); claimed < total; claimed = claim()) {
      yield [Math.floor(claimed / others), firstOther + (claimed % others)]
    }
    return
  }
  // `first` is the number of the first tile of row i.
  let i = 0
  let first = 0
  for (let claimed = claim(); ; claimed = claim()) {
    while (i < tiles && claimed >= first + tiles - i) {
      first += tiles - i
      i += 1
    }
    if (i >= tiles) return
    yield [i, i + claimed - first]
  }
}

async function scan() {
  const options = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: /** @type {const} */ ('sequential'),
    logSeverityLevel: /** @type {const} */ (3),
  }
  const upper = await ort.InferenceSession.create(plan.upperGraph, options)
  const diagonal = await ort.InferenceSession.create(plan.diagonalGraph, options)
  const left = new Float32Array(tile * width)
  const right = new Float32Array(tile * width)
  const mask = new Float32Array(tile * tile)
  for (let r = 0; r < tile; r += 1) mask[r * tile + r] = MASKED
  const A = new ort.Tensor('float32', left, [tile, width])
  const B = new ort.Tensor('float32', right, [tile, width])
  const C = new ort.Tensor('float32', mask, [tile, tile])

  let leftTile = -1
  for (const [i, j] of claims()) {
    if (cancelled()) return
    if (leftTile !== i) fillTile(left, i, true)
    leftTile = i
    fillTile(right, j, false)
    if (i === j) {
      const { R } = await diagonal.run({ A, B, C })
      scanRows(/** @type {Float32Array} */ (R.data), i, j)
    } else {
      const { R, S } = await upper.run({ A, B })
      scanRows(/** @type {Float32Array} */ (R.data), i, j)
      if (!across) scanColumns(/** @type {Float32Array} */ (S.data), i, j)
    }
    Atomics.add(control, TILES_DONE, 1)
  }
  new Float32Array(plan.topValues[index]).set(topValues)
  new Int32Array(plan.topBlocks[index]).set(topBlocks)
  new Float64Array(plan.near[index]).set(near)
}

// Rows claimed at a time while refining: a few milliseconds between two looks at the cancel flag.
const ROWS_PER_CLAIM = 64

function refine() {
  const values = plan.topValues.map((shared) => new Float32Array(shared))
  const blocks = plan.topBlocks.map((shared) => new Int32Array(shared))
  const distance = new Float64Array(plan.distance)
  const neighbour = new Int32Array(plan.neighbour)
  const second = plan.second === null ? null : new Float64Array(plan.second)
  let rescanned = 0
  for (;;) {
    const start = Atomics.add(control, NEXT_ROWS, ROWS_PER_CLAIM)
    if (start >= asking || cancelled()) return rescanned
    for (let row = start; row < Math.min(asking, start + ROWS_PER_CLAIM); row += 1) {
      let best = Infinity
      let next = Infinity
      let nearest = -1
      /** @param {number} first @param {number} end */
      const visit = (first, end) => {
        for (let other = first; other < end; other += 1) {
          if (other === row) continue
          const value = squaredDistance(rows, d, row, other)
          // Ties go to the lowest row, so that the answer does not depend on threads.
          if (value < best || (value === best && other < nearest)) {
            next = best
            best = value
            nearest = other
          } else if (value < next) next = value
        }
      }
      const first = row * keep
      // The second nearest row is in a block at least as good as the second best one, within the same error.
      const tops = values.flatMap((list) => [list[first], list[first + 1]]).sort((a, b) => b - a)
      const limit = tops[second === null ? 0 : 1] - plan.slack
      if (values.some((list) => list[first + keep - 1] >= limit)) {
        // More blocks may be within float32 error of the best than were kept.
        rescanned += 1
        visit(from, n)
      } else {
        values.forEach((list, w) => {
          for (let k = 0; k < keep && list[first + k] >= limit; k += 1) {
            const at = blocks[w][first + k] * block
            visit(at, Math.min(n, at + block))
          }
        })
      }
      distance[row] = best
      neighbour[row] = nearest
      if (second !== null) second[row] = next
    }
  }
}

parentPort?.on('message', (message) => {
  if (message !== 'refine') return
  parentPort?.postMessage({ kind: 'refined', rescanned: refine() })
})
await scan()
parentPort?.postMessage({ kind: 'scanned' })
