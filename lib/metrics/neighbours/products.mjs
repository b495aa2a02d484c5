// @ts-check
// Plain JavaScript, because threads load it without a TypeScript loader.

/** @typedef {import('./sides').Side} Side */

/**
 * Products of two tiles and what may be concluded from them.
 *
 * @typedef {object} Opened
 * @property {Float32Array} product by row and column
 * @property {Float32Array} rows maxima of the rows over blocks of columns
 * @property {Float32Array} columns maxima of the columns over blocks of rows
 * @property {(j: number) => void} setRight sets the tile of columns, of the asking rows
 * @property {(i: number) => Promise<unknown>} multiply takes the product with a tile of rows
 * @property {(own: Side, asked: number, other: Side, seen: number) => number} bound prepares `sure` for the rows of one
 *   tile beside another, and returns u: a pair at a squared distance of D2 has a product of at least (sure - D2 / 2) / u
 * @property {Float64Array} sure
 */

// Relative error of a float64 sum of d terms is below d + 8 of these, with room for the few operations around it.
const FLOAT64_ROUNDING = 2 ** -51
// The same of float32; half a unit in its last place.
const FLOAT32_ROUNDING = 2 ** -24
// Products smaller than float32 holds are lost one by one, each no larger than this.
const FLOAT32_SMALLEST = 2 ** -125
// Finite, so that sums of two stay finite, and below every product of real vectors.
const MASKED = -1e30
// Codes of zero.
const ZERO = 128
const LARGEST_CODE = 127

const OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: /** @type {const} */ ('sequential'),
  logSeverityLevel: /** @type {const} */ (3),
}

/** Returns one kind of products with its tensors, which are used again for every tile.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan
 * @param {import('./plan').Products} kind */
async function openTensors(ort, { tile, block, d, graphs, other }, kind) {
  const isBytes = kind === 'int8'
  const session = await ort.InferenceSession.create(graphs[kind], OPTIONS)
  const width = isBytes ? d : d + 2
  const left = isBytes ? new Uint8Array(tile * width) : new Float32Array(tile * width)
  const right = isBytes ? new Int8Array(tile * width) : new Float32Array(tile * width)
  const product = new Float32Array(tile * tile)
  const rows = new Float32Array((tile * tile) / block)
  const columns = new Float32Array((tile * tile) / block)
  const blocks = tile / block
  const feeds = {
    A: new ort.Tensor(left, [tile, width]),
    B: new ort.Tensor(right, isBytes ? [width, tile] : [tile, width]),
  }
  const fetches = {
    G: new ort.Tensor(product, [tile, tile]),
    S: new ort.Tensor(columns, [blocks, tile]),
    ...(other === null ? { R: new ort.Tensor(rows, [tile, blocks]) } : {}),
  }
  const run = () => session.run(feeds, fetches)
  const sure = new Float64Array(tile)
  return { left, right, product, rows, columns, sure, run }
}

/** Returns products of codes; null on a processor whose products of bytes are cut where they are large.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan
 * @returns {Promise<Opened | null>} */
async function openBytes(ort, plan) {
  const { tile, d, own } = plan
  const other = plan.other ?? own
  const { left, right, run, ...products } = await openTensors(ort, plan, 'int8')
  const { sure } = products
  // One for the rounding of errors and of what is made of this, the rest for products that float32 does not hold.
  const whole = 1 + d * LARGEST_CODE ** 2 * FLOAT32_ROUNDING
  for (const sign of [1, -1]) {
    left.fill(ZERO + sign * LARGEST_CODE)
    right.fill(LARGEST_CODE)
    await run()
    if (products.product.some((value) => value !== Math.fround(sign * d * LARGEST_CODE ** 2)))
      return null
  }
  return {
    ...products,
    setRight: once((j) => {
      const codes = own.codes.subarray(j * tile * d, (j + 1) * tile * d)
      for (let r = 0, at = 0; r < tile; r += 1) {
        for (let k = 0; k < d; k += 1, at += 1) right[k * tile + r] = codes[at] - ZERO
      }
    }),
    multiply(i) {
      left.set(other.codes.subarray(i * tile * d, (i + 1) * tile * d))
      return run()
    },
    bound(asking, asked, others, seen) {
      const least = others.least[seen]
      const most = others.most[seen]
      const length = Math.sqrt(2 * most)
      const error = others.worst[seen]
      const unit = asking.scales[asked] * others.scales[seen]
      const rounding = 2 * (d + 8) * FLOAT64_ROUNDING
      const { halfNorms, errors } = asking
      for (let r = 0, place = asked * tile; r < tile && place < asking.n; r += 1, place += 1) {
        const half = halfNorms[place]
        const lost = errors[place]
        const off = (Math.sqrt(2 * half) + lost) * error + lost * length
        sure[r] = half + least - off - rounding * (half + most) - whole * unit
      }
      return unit
    },
  }
}

/** Returns products in float32, with two columns more that turn them into -D2 / 2:
 * (a, -|a|^2 / 2, 1) . (b, 1, -|b|^2 / 2). Rows past the end can never be anybody's best.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan
 * @returns {Promise<Opened>} */
async function openFloats(ort, plan) {
  const { tile, d, own } = plan
  const other = plan.other ?? own
  const { left, right, run, ...products } = await openTensors(ort, plan, 'float32')
  const { sure } = products
  /** @param {Side} side @param {number} index @param {Uint8Array | Int8Array | Float32Array} into
   * @param {number} own */
  const fill = (side, index, into, own) => {
    for (let r = 0; r < tile; r += 1) {
      const place = index * tile + r
      const at = r * (d + 2)
      const isReal = place < side.n
      const from = isReal ? side.ids[place] * d : 0
      if (isReal) into.set(side.rows.subarray(from, from + d), at)
      else into.fill(0, at, at + d)
      into[at + d + own] = isReal ? -side.halfNorms[place] : MASKED
      into[at + d + 1 - own] = 1
    }
  }
  return {
    ...products,
    setRight: once((j) => fill(own, j, right, 1)),
    multiply(i) {
      fill(other, i, left, 0)
      return run()
    },
    // Absolute values of the terms of a product sum to at most |a|^2 + |b|^2.
    bound(asking, asked, others, seen) {
      const most = others.most[seen]
      for (let r = 0, place = asked * tile; r < tile && place < asking.n; r += 1, place += 1) {
        const terms = 2 * (asking.halfNorms[place] + most)
        sure[r] = -(d + 8) * (FLOAT32_ROUNDING * terms + FLOAT32_SMALLEST)
      }
      return 1
    },
  }
}

/** Returns a function that does nothing when it is called again with the same argument.
 * @param {(index: number) => void} work */
function once(work) {
  let done = -1
  return (/** @type {number} */ index) => {
    if (index !== done) work(index)
    done = index
  }
}

/** Returns the kinds of products that this processor and these vectors allow.
 * @param {typeof import('onnxruntime-node')} ort @param {import('./plan').WorkerPlan} plan */
export async function openProducts(ort, plan) {
  const { allowed } = plan
  return {
    int8: allowed.int8 ? await openBytes(ort, plan) : null,
    float32: allowed.float32 ? await openFloats(ort, plan) : null,
  }
}
