// @ts-check
// Plain JavaScript, because threads load it without a TypeScript loader.
import { STEPS, UNSET, ZERO } from './codes.mjs'

/** @typedef {import('./sides').Side} Side */

/**
 * Products of two tiles, a byte each: x / step, rounded, 0 for all below and 255 for all above.
 *
 * @typedef {object} Opened
 * @property {(j: number) => Promise<void>} setRight sets the tile of columns, of the asking rows
 * @property {(i: number, step: number) => Promise<unknown>} multiply takes the product with a tile of rows
 * @property {(side: Side, index: number, others: Side, seen: number, sure: Float64Array) => number} bound prepares `sure`
 *   for the rows of one tile beside another, and returns u: a pair at a squared distance of D2 has a product x of at least
 *   (sure - D2 / 2) / u
 * @property {(side: Side, index: number, others: Side, seen: number) => number} most returns what no product of two tiles
 *   is above
 */

// Relative error of a float64 sum of d terms is below d + 8 of these, with room for the few operations around it.
const FLOAT64_ROUNDING = 2 ** -51
// The same of float32; half a unit in its last place.
const FLOAT32_ROUNDING = 2 ** -24
// Products smaller than float32 holds are lost one by one, each no larger than this.
const FLOAT32_SMALLEST = 2 ** -125

const OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: /** @type {const} */ ('sequential'),
  logSeverityLevel: /** @type {const} */ (3),
}

/** Opens a graph of products with its tensors, which are used again for every tile.
 * @param {typeof import('onnxruntime-node')} ort @param {number} tile @param {Uint8Array} graph
 * @param {Record<string, import('onnxruntime-node').Tensor>} inputs @param {Uint8Array} into where the products go */
async function openGraph(ort, tile, graph, inputs, into) {
  const steps = new Float32Array(1)
  const feeds = { ...inputs, step: new ort.Tensor(steps, []) }
  const fetches = { G: new ort.Tensor(into, [tile, tile]) }
  let session = await ort.InferenceSession.create(graph, OPTIONS)
  return {
    /** Opens the graph as it is now. */
    async reopen() {
      await session.release()
      session = await ort.InferenceSession.create(graph, OPTIONS)
    },
    /** @param {number} step */
    run(step) {
      steps[0] = step
      return session.run(feeds, fetches)
    },
  }
}

/** Returns products of codes; null on a processor whose products of bytes are cut where they are large.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan @param {Uint8Array} into
 * @returns {Promise<Opened | null>} */
async function openBytes(ort, plan, into) {
  const { tile, d, own } = plan
  const other = plan.other ?? own
  const left = new Uint8Array(tile * d)
  // The columns are a part of the graph, which is opened anew for others.
  const graph = Uint8Array.from(plan.graphs.int8)
  const at = Buffer.from(graph.buffer).indexOf(Buffer.alloc(tile * d, UNSET))
  const right = new Int8Array(graph.buffer, at, tile * d)
  // One for the rounding of errors and of what is made of this, the rest for products that float32 does not hold.
  const whole = 1 + d * STEPS ** 2 * FLOAT32_ROUNDING
  // The largest product reads 200; where sums of two are cut it is half as large.
  const expected = 200
  left.fill(ZERO + STEPS)
  right.fill(STEPS)
  const inputs = { A: new ort.Tensor(left, [tile, d]) }
  const { reopen, run } = await openGraph(ort, tile, graph, inputs, into)
  await run((d * STEPS ** 2) / expected)
  if (into.some((value) => value !== expected)) return null
  return {
    setRight: once(async (j) => {
      const codes = own.codes.subarray(j * tile * d, (j + 1) * tile * d)
      for (let r = 0, at = 0; r < tile; r += 1) {
        for (let k = 0; k < d; k += 1, at += 1) right[k * tile + r] = codes[at] - ZERO
      }
      await reopen()
    }),
    multiply(i, step) {
      left.set(other.codes.subarray(i * tile * d, (i + 1) * tile * d))
      return run(step)
    },
    bound(side, index, others, seen, sure) {
      const least = others.least[seen]
      const most = others.most[seen]
      const length = Math.sqrt(2 * most)
      const error = others.worst[seen]
      const unit = side.scales[index] * others.scales[seen]
      const rounding = 2 * (d + 8) * FLOAT64_ROUNDING
      const { halfNorms, errors } = side
      for (let r = 0, place = index * tile; r < tile && place < side.n; r += 1, place += 1) {
        const half = halfNorms[place]
        const lost = errors[place]
        const off = (Math.sqrt(2 * half) + lost) * error + lost * length
        sure[r] = half + least - off - rounding * (half + most) - whole * unit
      }
      return unit
    },
    most(side, index, others, seen) {
      const longest = (/** @type {Side} */ of, /** @type {number} */ at) =>
        (Math.sqrt(2 * of.most[at]) + of.worst[at]) / of.scales[at]
      return longest(side, index) * longest(others, seen)
    },
  }
}

/** Returns products in float32; rows past the end are zeros.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan @param {Uint8Array} into
 * @returns {Promise<Opened>} */
async function openFloats(ort, plan, into) {
  const { tile, d, own } = plan
  const other = plan.other ?? own
  const [left, right] = [new Float32Array(tile * d), new Float32Array(tile * d)]
  const inputs = { A: new ort.Tensor(left, [tile, d]), B: new ort.Tensor(right, [tile, d]) }
  const { run } = await openGraph(ort, tile, plan.graphs.float32, inputs, into)
  /** @param {Side} side @param {number} index @param {Float32Array} to */
  const fill = (side, index, to) => {
    for (let r = 0, place = index * tile; r < tile; r += 1, place += 1) {
      const from = place < side.n ? side.ids[place] * d : -1
      if (from >= 0) to.set(side.rows.subarray(from, from + d), r * d)
      else to.fill(0, r * d, (r + 1) * d)
    }
  }
  return {
    setRight: once((j) => fill(own, j, right)),
    multiply(i, step) {
      fill(other, i, left)
      return run(step)
    },
    // Absolute values of the terms of a product sum to at most half of |a|^2 + |b|^2.
    bound(side, index, others, seen, sure) {
      const least = others.least[seen]
      const most = others.most[seen]
      for (let r = 0, place = index * tile; r < tile && place < side.n; r += 1, place += 1) {
        const half = side.halfNorms[place]
        const off = (d + 8) * (FLOAT32_ROUNDING * (half + most) + FLOAT32_SMALLEST)
        sure[r] = half + least - off
      }
      return 1
    },
    most(side, index, others, seen) {
      return 2 * Math.sqrt(side.most[index] * others.most[seen])
    },
  }
}

/** Returns a function that does nothing when it is called again with the same argument.
 * @param {(index: number) => unknown} work */
function once(work) {
  let done = -1
  return async (/** @type {number} */ index) => {
    if (index !== done) await work(index)
    done = index
  }
}

/** Returns the kinds of products that this processor and these vectors allow; both write theirs to `into`.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan @param {Uint8Array} into */
export async function openProducts(ort, plan, into) {
  const { allowed } = plan
  return {
    int8: allowed.int8 ? await openBytes(ort, plan, into) : null,
    float32: allowed.float32 ? await openFloats(ort, plan, into) : null,
  }
}
