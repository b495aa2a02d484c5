import { innerProducts, squaredDistances, unitVectors } from '../sets/vectors'
import type { SetVectors } from '../sets/define'

/** Rows in the order in which a greedy selection takes them. */
export interface GreedyOrder {
  order: number[]
  /** What the objective says of each when it was taken. */
  gains: number[]
}

/** Called between units of work of some milliseconds: others have their turn, and it throws when the work is to stop. */
type Step = (chosen: number) => Promise<void>

/**
 * Returns `k` rows farthest first (Gonzalez 1985): the row at `first`, then each time the one farthest from all that were
 * taken, the earliest of equally far ones. Gains are these distances; the first has none. Rows up to a gain are a set
 * whose rows are at least that far apart, and every other row is nearer than that to one of them.
 */
export async function farthestFirst(
  set: SetVectors,
  k: number,
  first: number,
  step: Step,
): Promise<GreedyOrder> {
  const nearest = new Float64Array(set.n).fill(Infinity)
  const found = new Float64Array(set.n)
  const result: GreedyOrder = { order: [], gains: [] }
  let next = first
  while (result.order.length < Math.min(k, set.n)) {
    result.gains.push(Math.sqrt(nearest[next] as number))
    result.order.push(next)
    squaredDistances(set, next, found)
    for (let i = 0; i < set.n; i += 1) {
      if ((found[i] as number) < (nearest[i] as number)) nearest[i] = found[i] as number
    }
    // A row that was taken is at no distance and is not taken again, even among copies of it.
    nearest[next] = -1
    next = 0
    for (let i = 1; i < set.n; i += 1)
      if ((nearest[i] as number) > (nearest[next] as number)) next = i
    await step(result.order.length)
  }
  return result
}

/**
 * Returns `k` rows that together stand best for all (facility location: sum over the rows of the cosine to the most
 * similar taken one, from -1 where none is taken). Greedy and exact: a gain that was computed before is an upper bound, so
 * rows are looked at again only while they could be the best; of equal ones the earliest is taken.
 */
export async function facilityOrder(
  set: SetVectors,
  k: number,
  step: Step,
): Promise<GreedyOrder | null> {
  const unit = unitVectors(set)
  if (!unit) return null
  const { matrix, n, d } = unit
  const best = new Float64Array(n).fill(-1)
  const sum = new Float64Array(d)
  for (let at = 0; at < n * d; at += 1)
    sum[at % d] = (sum[at % d] as number) + (matrix[at] as number)
  const cosines = new Float64Array(n)
  // Before the first is taken a gain is a sum of cosines plus n, which needs no pairs.
  const bounds = Float64Array.from({ length: n }, (_, j) => {
    let gain = n
    for (let c = 0; c < d; c += 1) gain += (matrix[j * d + c] as number) * (sum[c] as number)
    return gain
  })
  const isFresh = new Uint8Array(n)
  const result: GreedyOrder = { order: [], gains: [] }
  while (result.order.length < Math.min(k, n)) {
    let top = 0
    for (let j = 1; j < n; j += 1) if ((bounds[j] as number) > (bounds[top] as number)) top = j
    if (isFresh[top] === 0) {
      let gain = 0
      innerProducts(unit, top, cosines)
      for (let i = 0; i < n; i += 1) {
        gain += Math.max(0, (cosines[i] as number) - (best[i] as number))
      }
      bounds[top] = gain
      isFresh[top] = 1
      await step(result.order.length)
      continue
    }
    result.order.push(top)
    result.gains.push(bounds[top] as number)
    innerProducts(unit, top, cosines)
    for (let i = 0; i < n; i += 1) best[i] = Math.max(best[i] as number, cosines[i] as number)
    bounds[top] = -1
    isFresh.fill(0)
    await step(result.order.length)
  }
  return result
}
