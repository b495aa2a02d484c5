import { createRandom } from './random'

/** The nearest others of every point, `k` each, nearest first. */
export interface NearestOthers {
  k: number
  /** n x k. */
  indexes: Int32Array
  /** n x k, not squared. */
  distances: Float64Array
}

// The curve 1 / (1 + a x^(2b)) that umap-learn fits for min_dist 0.1 and spread 1.
const CURVE_A = 1.5769434603113077
const CURVE_B = 0.8950608779109733
// As umap-learn has them: points that push for each that pulls, the longest step, and steps of the search for sigma.
const PUSHES = 5
const LONGEST_STEP = 4
const SIGMA_STEPS = 64
const SIGMA_TOLERANCE = 1e-5
// A sigma is at least this share of the mean distance.
const LEAST_SIGMA = 1e-3
// umap-learn starts within this distance of the middle, and moves points that start at one place apart.
const START_REACH = 10
const START_NOISE = 1e-4
// Some ten milliseconds of work between two looks at whether to go on.
const EDGES_PER_STEP = 32_768

/** Returns the epochs that umap-learn takes for so many points. */
export const umapEpochs = (n: number) => (n <= 10_000 ? 500 : 200)

/** Returns how strongly a point is joined to each of its nearest, 0 to 1: the nearest fully, all together log2(k + 1). */
export function joinStrengths(distances: Float64Array): Float64Array {
  const target = Math.log2(distances.length + 1)
  const rho = distances.find((value) => value > 0) ?? 0
  const over = distances.map((value) => Math.max(0, value - rho))
  const sumAt = (sigma: number) => over.reduce((sum, value) => sum + Math.exp(-value / sigma), 0)
  let [low, high, sigma] = [0, Infinity, 1]
  for (let step = 0; step < SIGMA_STEPS; step += 1) {
    const sum = sumAt(sigma)
    if (Math.abs(sum - target) < SIGMA_TOLERANCE) break
    if (sum > target) high = sigma
    else low = sigma
    sigma = high === Infinity ? sigma * 2 : (low + high) / 2
  }
  const mean = distances.reduce((sum, value) => sum + value, 0) / distances.length
  sigma = Math.max(sigma, LEAST_SIGMA * mean, Number.MIN_VALUE)
  return over.map((value) => (value === 0 ? 1 : Math.exp(-value / sigma)))
}

interface Edges {
  heads: Int32Array
  tails: Int32Array
  /** Epochs from one use of the edge to the next. */
  every: Float64Array
}

/** Both directions of every join that is used at all: strengths a and b of the two directions become a + b - ab. */
function edgesOf({ k, indexes, distances }: NearestOthers, epochs: number): Edges {
  const n = indexes.length / k
  const strengths = new Float64Array(n * k)
  for (let i = 0; i < n; i += 1) {
    strengths.set(joinStrengths(distances.subarray(i * k, (i + 1) * k)), i * k)
  }
  const pairs: [number, number, number][] = []
  let strongest = 0
  for (let i = 0; i < n; i += 1) {
    for (let at = i * k; at < (i + 1) * k; at += 1) {
      const j = indexes[at] as number
      const back = indexes.subarray(j * k, (j + 1) * k).indexOf(i)
      if (back >= 0 && j < i) continue
      const a = strengths[at] as number
      const b = back >= 0 ? (strengths[j * k + back] as number) : 0
      const weight = a + b - a * b
      strongest = Math.max(strongest, weight)
      pairs.push([i, j, weight])
    }
  }
  const used = pairs.filter(([, , weight]) => weight > 0 && weight >= strongest / epochs)
  // Sorted by head, so that steps go over memory in order; the other direction of a pair is an edge of its own.
  const both = used.flatMap(([i, j, weight]): [number, number, number][] => [
    [i, j, weight],
    [j, i, weight],
  ])
  both.sort((one, other) => one[0] - other[0] || one[1] - other[1])
  return {
    heads: Int32Array.from(both, ([i]) => i),
    tails: Int32Array.from(both, ([, j]) => j),
    every: Float64Array.from(both, ([, , weight]) => strongest / weight),
  }
}

const clipped = (value: number) => Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, value))

/** A part of an epoch: edges whose turn it is pull their ends together, and points drawn at random push the head away. */
function step(
  at: Float64Array,
  edges: Edges,
  turns: { pull: Float64Array; push: Float64Array },
  { epoch, alpha, below, from }: { epoch: number; alpha: number; below(): number; from: number },
): void {
  const { heads, tails, every } = edges
  const { pull, push } = turns
  const end = Math.min(heads.length, from + EDGES_PER_STEP)
  for (let e = from; e < end; e += 1) {
    const due = pull[e] as number
    if (due > epoch) continue
    const h = 2 * (heads[e] as number)
    const t = 2 * (tails[e] as number)
    const dx = (at[h] as number) - (at[t] as number)
    const dy = (at[h + 1] as number) - (at[t + 1] as number)
    const square = dx * dx + dy * dy
    if (square > 0) {
      const power = square ** CURVE_B
      const force = (-2 * CURVE_A * CURVE_B * (power / square)) / (CURVE_A * power + 1)
      const x = clipped(force * dx) * alpha
      const y = clipped(force * dy) * alpha
      at[h] = (at[h] as number) + x
      at[h + 1] = (at[h + 1] as number) + y
      at[t] = (at[t] as number) - x
      at[t + 1] = (at[t + 1] as number) - y
    }
    pull[e] = due + (every[e] as number)
    const perPush = (every[e] as number) / PUSHES
    const pushes = Math.floor((epoch - (push[e] as number)) / perPush)
    for (let p = 0; p < pushes; p += 1) {
      const o = 2 * below()
      if (o === h) continue
      const ox = (at[h] as number) - (at[o] as number)
      const oy = (at[h + 1] as number) - (at[o + 1] as number)
      const apart = ox * ox + oy * oy
      // Points at one place are pushed apart along both axes.
      const force =
        apart > 0 ? (2 * CURVE_B) / ((0.001 + apart) * (CURVE_A * apart ** CURVE_B + 1)) : 0
      at[h] = (at[h] as number) + (apart > 0 ? clipped(force * ox) : LONGEST_STEP) * alpha
      at[h + 1] = (at[h + 1] as number) + (apart > 0 ? clipped(force * oy) : LONGEST_STEP) * alpha
    }
    push[e] = (push[e] as number) + pushes * perPush
  }
}

/**
 * Returns two coordinates a point by UMAP (McInnes, Healy and Melville, 2018) with the settings of umap-learn, min_dist 0.1:
 * the same for the same neighbours, start and seed, bit for bit. Yields several times an epoch how many epochs are done.
 */
export function* umap(
  nearest: NearestOthers,
  start: Float64Array,
  seed: number,
): Generator<number, Float64Array> {
  const n = start.length / 2
  const random = createRandom(seed)
  const reach = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  const at = start.map(
    (value) => (value / reach) * START_REACH + (random.next() - 0.5) * START_NOISE,
  )
  if (n < 2) return at
  const epochs = umapEpochs(n)
  const edges = edgesOf(nearest, epochs)
  const turns = { pull: edges.every.slice(), push: edges.every.map((value) => value / PUSHES) }
  const below = () => random.below(n)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let from = 0; from < edges.heads.length; from += EDGES_PER_STEP) {
      step(at, edges, turns, { epoch, alpha: 1 - epoch / epochs, below, from })
      yield epoch
    }
  }
  return at
}

/**
 * Returns the place of a point among others that are placed: the mean of its nearest, weighted by how strongly it is joined to
 * them; the place of one that it equals.
 */
export function placeAmong(
  indexes: Int32Array,
  distances: Float64Array,
  places: ArrayLike<number>,
): [number, number] {
  if (distances[0] === 0) {
    const same = 2 * (indexes[0] as number)
    return [places[same] as number, places[same + 1] as number]
  }
  let [x, y, sum] = [0, 0, 0]
  joinStrengths(distances).forEach((weight, k) => {
    const other = 2 * (indexes[k] as number)
    x += weight * (places[other] as number)
    y += weight * (places[other + 1] as number)
    sum += weight
  })
  return [x / sum, y / sum]
}
