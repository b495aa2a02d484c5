import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import type { Random } from './random'
import { createRandom } from './random'
import { quantileSorted } from './summary'

/** How well two ratings of the same rows agree; ratings are ordinals or numbers on one scale. */
interface RatingAgreement {
  n: number
  /** Share of equal ratings. */
  exact: number
  /** Share of ratings at most `within` apart. */
  adjacent: number
  /** Mean of second minus first. */
  meanDifference: number
  /** Quadratic weighted kappa, at most 1. */
  kappa: { ok: true; value: number } | NoValue
}

// Entries of one cluster's sums.
const [COUNT, FIRST, SECOND] = [0, 1, 2]
const [FIRST_SQUARED, SECOND_SQUARED, DIFFERENCE_SQUARED] = [3, 4, 5]
const WIDTH = 6

// A difference of large sums below this share of them is rounding, not spread.
const ROUNDING = 1e-12

/** Returns kappa from sums; null when both ratings are one and the same constant. Exact for integers up to rounding. */
function kappaOf(sums: Numbers): number | null {
  const n = sums[COUNT] as number
  const squares = n * ((sums[FIRST_SQUARED] as number) + (sums[SECOND_SQUARED] as number))
  const expected = squares - 2 * (sums[FIRST] as number) * (sums[SECOND] as number)
  if (!(expected > ROUNDING * squares)) return null
  return 1 - (n * (sums[DIFFERENCE_SQUARED] as number)) / expected
}

function add(sums: Float64Array, at: number, a: number, b: number): void {
  sums[at + COUNT] = (sums[at + COUNT] as number) + 1
  sums[at + FIRST] = (sums[at + FIRST] as number) + a
  sums[at + SECOND] = (sums[at + SECOND] as number) + b
  sums[at + FIRST_SQUARED] = (sums[at + FIRST_SQUARED] as number) + a * a
  sums[at + SECOND_SQUARED] = (sums[at + SECOND_SQUARED] as number) + b * b
  sums[at + DIFFERENCE_SQUARED] = (sums[at + DIFFERENCE_SQUARED] as number) + (a - b) ** 2
}

/**
 * Returns agreement of two aligned columns of ratings. Kappa is 1 - mean (a - b)^2 / E (a - b')^2 with a and b' drawn
 * from the two marginals independently: for ordinals 1..k the quadratic weighted kappa (the constant (k - 1)^2 cancels),
 * and defined for numbers without bins. No kappa when both sides are the same constant.
 */
export function ratingAgreement(
  first: Numbers,
  second: Numbers,
  within: number,
): RatingAgreement | NoValue {
  const n = Math.min(first.length, second.length)
  if (n === 0) return noValue('n_too_small')
  const sums = new Float64Array(WIDTH)
  let equal = 0
  let near = 0
  for (let i = 0; i < n; i += 1) {
    const a = first[i] as number
    const b = second[i] as number
    add(sums, 0, a, b)
    if (a === b) equal += 1
    if (Math.abs(a - b) <= within) near += 1
  }
  const kappa = kappaOf(sums)
  return {
    n,
    exact: equal / n,
    adjacent: near / n,
    meanDifference: ((sums[SECOND] as number) - (sums[FIRST] as number)) / n,
    kappa: kappa === null ? noValue('zero_denominator') : { ok: true, value: kappa },
  }
}

/**
 * The percentile bootstrap of kappa. The unit of resampling is the cluster (a seed row with all that evolved from it),
 * because ratings of relatives are not independent. `draw` adds resamples, so that a caller may pause between them.
 */
export class KappaBootstrap {
  private readonly sums: Float64Array
  private readonly random: Random
  private readonly kappas: number[] = []
  private constants = 0
  /** Number of clusters. */
  readonly clusters: number

  /** `cluster` holds a number 0.. for each row, without gaps; null makes every row its own cluster. */
  constructor(first: Numbers, second: Numbers, cluster: Numbers | null, seed = 0) {
    const n = Math.min(first.length, second.length)
    let clusters = cluster ? 0 : n
    for (let i = 0; cluster && i < n; i += 1)
      clusters = Math.max(clusters, (cluster[i] as number) + 1)
    this.clusters = clusters
    this.sums = new Float64Array(clusters * WIDTH)
    this.random = createRandom(seed)
    for (let i = 0; i < n; i += 1) {
      const unit = cluster ? (cluster[i] as number) : i
      add(this.sums, unit * WIDTH, first[i] as number, second[i] as number)
    }
  }

  /** Draws one more resample: as many clusters as there are, with replacement, or the given ones. */
  draw(chosen?: Numbers): void {
    const { sums, clusters, random } = this
    // As Random.below, but the share of the bits that belongs to each cluster is worked out once.
    const share = Math.floor(2 ** 32 / clusters)
    const limit = share * clusters
    const total = new Float64Array(WIDTH)
    for (let i = 0; i < clusters; i += 1) {
      let at = 0
      if (chosen) at = (chosen[i] as number) * WIDTH
      else {
        let bits = random.bits()
        while (bits >= limit) bits = random.bits()
        at = Math.floor(bits / share) * WIDTH
      }
      // Written out: this is the whole cost of an interval.
      total[COUNT] = (total[COUNT] as number) + (sums[at + COUNT] as number)
      total[FIRST] = (total[FIRST] as number) + (sums[at + FIRST] as number)
      total[SECOND] = (total[SECOND] as number) + (sums[at + SECOND] as number)
      total[FIRST_SQUARED] = (total[FIRST_SQUARED] as number) + (sums[at + FIRST_SQUARED] as number)
      total[SECOND_SQUARED] =
        (total[SECOND_SQUARED] as number) + (sums[at + SECOND_SQUARED] as number)
      total[DIFFERENCE_SQUARED] =
        (total[DIFFERENCE_SQUARED] as number) + (sums[at + DIFFERENCE_SQUARED] as number)
    }
    const kappa = kappaOf(total)
    if (kappa === null) this.constants += 1
    else this.kappas.push(kappa)
  }

  /**
   * Returns the interval over what was drawn. Resamples of a constant have no kappa; they are left out and counted. No
   * value for fewer than two clusters.
   */
  interval(
    level = 0.95,
  ): { ok: true; low: number; high: number; resamples: number; withoutValue: number } | NoValue {
    if (this.clusters < 2 || this.kappas.length === 0) return noValue('n_too_small')
    const ascending = Float64Array.from(this.kappas).sort()
    const tail = (1 - level) / 2
    return {
      ok: true,
      low: quantileSorted(ascending, tail),
      high: quantileSorted(ascending, 1 - tail),
      resamples: ascending.length,
      withoutValue: this.constants,
    }
  }
}

/** How alike several ratings of each unit are. */
interface Consistency {
  ok: true
  /** Units with at least two ratings. */
  units: number
  /** Mean over units of the share of equal pairs among a unit's ratings. */
  pairs: number
  /** Share of units whose ratings are all equal. */
  unanimous: number
  /** Krippendorff's alpha with squared differences (interval data); null when all ratings are equal. */
  alpha: number | null
}

/**
 * Returns self-consistency and Krippendorff's alpha (interval) of units that were rated several times; units with
 * fewer than two ratings say nothing and are left out. No value without units.
 */
export function consistency(units: readonly Numbers[]): Consistency | NoValue {
  let counted = 0
  let pairs = 0
  let unanimous = 0
  let disagreement = 0
  let n = 0
  let sum = 0
  let squares = 0
  for (const ratings of units) {
    const m = ratings.length
    if (m < 2) continue
    let equal = 0
    let squared = 0
    for (let i = 0; i < m; i += 1) {
      const a = ratings[i] as number
      n += 1
      sum += a
      squares += a * a
      for (let j = i + 1; j < m; j += 1) {
        const b = ratings[j] as number
        if (a === b) equal += 1
        squared += (a - b) ** 2
      }
    }
    const possible = (m * (m - 1)) / 2
    counted += 1
    pairs += equal / possible
    if (equal === possible) unanimous += 1
    disagreement += (2 * squared) / (m - 1)
  }
  if (counted === 0) return noValue('n_too_small')
  const observed = disagreement / n
  const spread = n * squares - sum * sum
  const expected = (2 * spread) / (n * (n - 1))
  return {
    ok: true,
    units: counted,
    pairs: pairs / counted,
    unanimous: unanimous / counted,
    alpha: spread > ROUNDING * n * squares ? 1 - observed / expected : null,
  }
}

/** Returns the least-squares slope of y on x; no value for fewer than two points or a constant x. */
export function slope(x: Numbers, y: Numbers): { ok: true; value: number } | NoValue {
  const n = Math.min(x.length, y.length)
  if (n < 2) return noValue('n_too_small')
  let meanX = 0
  let meanY = 0
  for (let i = 0; i < n; i += 1) {
    meanX += (x[i] as number) / n
    meanY += (y[i] as number) / n
  }
  let xy = 0
  let xx = 0
  for (let i = 0; i < n; i += 1) {
    const dx = (x[i] as number) - meanX
    xy += dx * ((y[i] as number) - meanY)
    xx += dx * dx
  }
  return xx > 0 ? { ok: true, value: xy / xx } : noValue('constant')
}

/** Chance-corrected agreement of two ratings of the same rows. */
export interface ChanceCorrected {
  /** Cohen's kappa; null where both ratings are one constant. */
  kappa: number | null
  /** Gwet's coefficient: AC1 without weights, AC2 with them; null for one level. */
  gwet: number | null
}

/**
 * Returns Cohen's kappa and Gwet's AC (Gwet, 2008) of a table of counts, with the weight of levels i and j on a scale of
 * k: 1 for i = j only (`none`), or 1 - (i - j)^2 / (k - 1)^2 (`quadratic`). Levels that nobody used count in k.
 */
export function chanceCorrected(
  table: readonly Numbers[],
  weights: 'none' | 'quadratic',
): ChanceCorrected | NoValue {
  const k = table.length
  const weight = (i: number, j: number) => {
    if (weights === 'none' || k < 2) return Number(i === j)
    return 1 - ((i - j) / (k - 1)) ** 2
  }
  const first = Array.from({ length: k }, () => 0)
  const second = Array.from({ length: k }, () => 0)
  let n = 0
  let agreed = 0
  let allWeights = 0
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < k; j += 1) {
      const count = (table[i] as Numbers)[j] as number
      n += count
      agreed += weight(i, j) * count
      allWeights += weight(i, j)
      first[i] = (first[i] as number) + count
      second[j] = (second[j] as number) + count
    }
  }
  if (n === 0) return noValue('n_too_small')
  const observed = agreed / n
  let byChance = 0
  let spread = 0
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < k; j += 1) {
      byChance += (weight(i, j) * ((first[i] as number) * (second[j] as number))) / n ** 2
    }
    const share = ((first[i] as number) + (second[i] as number)) / (2 * n)
    spread += share * (1 - share)
  }
  const gwetChance = k < 2 ? 1 : (allWeights / (k * (k - 1))) * spread
  const corrected = (chance: number) =>
    1 - chance > ROUNDING ? (observed - chance) / (1 - chance) : null
  return { kappa: corrected(byChance), gwet: corrected(gwetChance) }
}
