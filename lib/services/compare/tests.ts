import type { LevelsResult, PairedResult, UnpairedResult } from '@/lib/contracts/compare'
import { holm } from '@/lib/stats/holm'
import {
  chiSquareCounts,
  crossTable,
  orderedTrend,
  seedMoments,
  stuartMaxwell,
  totalVariation,
} from '@/lib/stats/levels'
import {
  mcnemar,
  meansByCluster,
  pairedDifferences,
  signBounds,
  signTest,
  wilcoxonOfSorted,
  wilcoxonSignedRank,
} from '@/lib/stats/paired'
import { meanDifference, type ClusteredValues } from '@/lib/stats/cluster-robust'
import { histogram } from '@/lib/stats/histogram'
import { sortAscending } from '@/lib/stats/sort'
import { mean, quantileSorted } from '@/lib/stats/summary'
import { cliffsDelta, kolmogorovSmirnov, mannWhitney } from '@/lib/stats/unpaired'
import { yieldToEventLoop } from './slots'

/** Every p value of one view, so that all of them are corrected together. */
export class PFamily {
  readonly #members: { p: number; pHolm: number }[] = []

  /** Returns the result with a place for its corrected p value, and counts it in. */
  add<T extends { p: number }>(result: T): T & { pHolm: number } {
    const member = { ...result, pHolm: 1 }
    this.#members.push(member)
    return member
  }

  /** Writes Holm's corrected values into all results that were added; returns how many there are. */
  correct(): number {
    const adjusted = holm(this.#members.map((member) => member.p))
    this.#members.forEach((member, i) => (member.pHolm = adjusted[i] as number))
    return this.#members.length
  }
}

function meanOrNull(values: Float64Array): number | null {
  return values.length === 0 ? null : mean(values)
}

// Odd, so that the middle bin is centred on 0 and "no difference" does not sit on an edge.
const BINS = 31
// Share of differences beyond the outer bins' inner edge on each side; one outlier must not flatten the rest.
const TAIL = 0.005

/** Returns the sizes of ascending differences, ascending: the negative ones backwards meet the others. */
function sizesOf(ascending: Float64Array): Float64Array {
  const sizes = new Float64Array(ascending.length)
  let right = signBounds(ascending).negatives
  let left = right - 1
  for (let i = 0; i < sizes.length; i += 1) {
    const below = left < 0 ? Infinity : -(ascending[left] as number)
    const above = right < sizes.length ? (ascending[right] as number) : Infinity
    sizes[i] = Math.min(below, above)
    if (below < above) left -= 1
    else right += 1
  }
  return sizes
}

/** Returns counts of ascending differences in equal bins, symmetric around 0; the outer bins also hold what lies beyond. */
export function differenceHistogram(ascending: Float64Array): PairedResult['histogram'] {
  if (ascending.length === 0) return null
  const sizes = sizesOf(ascending)
  const reach = quantileSorted(sizes, 1 - TAIL) || (sizes.at(-1) as number) || 1
  const width = (2 * reach) / BINS
  const edges = Float64Array.from({ length: BINS + 1 }, (_, j) => (j - BINS / 2) * width)
  const last = edges[BINS] as number
  // Just inside, as the last edge may round to less than the reach.
  const inside = ascending.map((d) => Math.max(-last, Math.min(last, d)))
  return { edges: [...edges], counts: [...histogram(inside, edges).counts] }
}

/** Values of aligned pairs, entry i of both sides from the same seed; pairs of a seed are one after another. */
export interface PairedValues {
  a: Float64Array
  b: Float64Array
  /** Number of each pair's seed. */
  seeds: Int32Array
  /** Number of each pair among all pairs of the comparison. */
  pairs: Int32Array
}

/** Returns the tests of aligned values. Differences are A - B; ranks and signs are of one mean difference a seed. */
export async function pairedTests(
  { a, b, seeds }: Omit<PairedValues, 'pairs'>,
  family: PFamily,
  ranked: boolean,
): Promise<PairedResult> {
  const differences = pairedDifferences(a, b)
  const ascending = sortAscending(differences.slice())
  const units = meansByCluster(differences, seeds)
  // One pair a seed: the means are the differences themselves, and sorting is what takes long.
  const isAlone = units.length === differences.length
  const wilcoxon = isAlone ? wilcoxonOfSorted(ascending) : wilcoxonSignedRank(units)
  await yieldToEventLoop()
  const sign = signTest(units)
  const cliff = cliffsDelta(a, b)
  await yieldToEventLoop()
  const { negatives: bHigher, positivesFrom } = signBounds(ascending)
  const aHigher = ascending.length - positivesFrom
  return {
    n: differences.length,
    seeds: units.length,
    meanA: meanOrNull(a),
    meanB: meanOrNull(b),
    meanDifference: meanOrNull(differences),
    medianDifference: ascending.length === 0 ? null : quantileSorted(ascending, 0.5),
    aHigher,
    bHigher,
    ties: differences.length - aHigher - bHigher,
    // Ordered levels have their own tests; one question asked twice would only weaken the correction.
    wilcoxon: !ranked
      ? { ok: false, reason: 'levels' }
      : wilcoxon.ok
        ? family.add(wilcoxon)
        : wilcoxon,
    sign: !ranked ? { ok: false, reason: 'levels' } : sign.ok ? family.add(sign) : sign,
    cliff,
    histogram: differenceHistogram(ascending),
  }
}

/** Returns how many values each of k levels has; values are 1-based ordinals. */
function levelCounts(values: Float64Array, k: number): number[] {
  const counts = Array.from({ length: k }, () => 0)
  for (const value of values) counts[value - 1] = (counts[value - 1] ?? 0) + 1
  return counts
}

/**
 * Returns the tests of aligned ordered levels, with the seed as unit: McNemar's counts seeds in which one side has more
 * hits. `threshold` is the lowest level (1-based) that counts as a hit.
 */
export function levelTests(
  { a, b, seeds }: Omit<PairedValues, 'pairs'>,
  names: readonly string[],
  threshold: number,
  family: PFamily,
): LevelsResult {
  const k = names.length
  const matrix = crossTable(b, a, k)
  const moments = seedMoments(b, a, seeds, k)
  // Of two levels McNemar's test asks the same exactly; one question asked twice would only weaken the correction.
  const twice = { ok: false, reason: 'two_levels' } as const
  const trend = k === 2 ? twice : orderedTrend(matrix, moments)
  const homogeneity = k === 2 ? twice : stuartMaxwell(matrix, moments)
  let onlyA = 0
  let onlyB = 0
  const hits = new Float64Array(a.length)
  for (let i = 0; i < a.length; i += 1) {
    const hitA = (a[i] as number) >= threshold
    const hitB = (b[i] as number) >= threshold
    if (hitA && !hitB) onlyA += 1
    if (hitB && !hitA) onlyB += 1
    hits[i] = Number(hitA) - Number(hitB)
  }
  const bySeed = meansByCluster(hits, seeds)
  const count = (sign: number) => bySeed.filter((hit) => hit * sign > 0).length
  const test = mcnemar(count(1), count(-1))
  return {
    names: [...names],
    matrix,
    countsA: levelCounts(a, k),
    countsB: levelCounts(b, k),
    trend: trend.ok ? family.add(trend) : trend,
    homogeneity: homogeneity.ok ? family.add(homogeneity) : homogeneity,
    mcnemar: {
      threshold: names[threshold - 1] ?? String(threshold),
      onlyA,
      onlyB,
      test: test.ok ? family.add(test) : test,
    },
  }
}

/** Returns the tests of two sets of values that do not meet at seeds, of one mean a unit. */
export async function unpairedTests(
  a: ClusteredValues,
  b: ClusteredValues,
  names: readonly string[] | null,
  family: PFamily,
): Promise<UnpairedResult> {
  const unitsA = meansByCluster(a.values, a.clusters)
  const unitsB = meansByCluster(b.values, b.clusters)
  const ranks = mannWhitney(unitsA, unitsB)
  await yieldToEventLoop()
  const ks = kolmogorovSmirnov(unitsA, unitsB)
  await yieldToEventLoop()
  return {
    nA: a.values.length,
    nB: b.values.length,
    unitsA: unitsA.length,
    unitsB: unitsB.length,
    meanA: meanOrNull(a.values),
    meanB: meanOrNull(b.values),
    difference: meanDifference(a, b),
    mannWhitney: ranks.ok
      ? family.add({
          ok: true as const,
          u: ranks.u,
          z: ranks.z,
          p: ranks.p,
          delta: ranks.cliffsDelta,
        })
      : ranks,
    ks: ks.ok ? family.add(ks) : ks,
    levels: names ? unpairedLevels(a, b, names, family) : null,
  }
}

function unpairedLevels(
  a: ClusteredValues,
  b: ClusteredValues,
  names: readonly string[],
  family: PFamily,
): UnpairedResult['levels'] {
  const countsA = levelCounts(a.values, names.length)
  const countsB = levelCounts(b.values, names.length)
  const isAlone = [a, b].every(({ clusters }) => new Set(clusters).size === clusters.length)
  // The test takes rows for independent of one another.
  const chiSquare = isAlone
    ? chiSquareCounts(countsA, countsB)
    : ({ ok: false, reason: 'dependent_rows' } as const)
  const variation = totalVariation(countsA, countsB)
  return {
    names: [...names],
    countsA,
    countsB,
    chiSquare: chiSquare.ok ? family.add(chiSquare) : chiSquare,
    totalVariation: variation.ok ? variation.tv : null,
  }
}
