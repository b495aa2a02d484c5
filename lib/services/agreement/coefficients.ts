import type { AgreementReport } from '@/lib/contracts/agreement'
import { chanceCorrected, KappaBootstrap, ratingAgreement } from '@/lib/stats/agreement'
import { BOOTSTRAP_SEED } from '../compare/bootstrap'
import { yieldToEventLoop } from '../compare/slots'
import { shareOf } from './ratings'

// The reference number of resamples; large runs get fewer, and the report says how many.
const WANTED_RESAMPLES = 10_000
// About two seconds of drawing.
const DRAW_BUDGET = 100_000_000
// A few milliseconds of drawing between turns of the event loop.
const DRAWS_PER_TURN = 60_000

/** Two ratings of the same things, and the number of the seed of each. */
export interface RatedPairs {
  first: Float64Array
  second: Float64Array
  cluster: Int32Array
}

/** As many resamples of n clusters as are wanted, or what the budget of draws allows. */
function affordableResamples(n: number): number {
  return n === 0
    ? WANTED_RESAMPLES
    : Math.max(1, Math.min(WANTED_RESAMPLES, Math.floor(DRAW_BUDGET / n)))
}

async function bootstrapped({ first, second, cluster }: RatedPairs, signal?: AbortSignal) {
  const boot = new KappaBootstrap(first, second, cluster, BOOTSTRAP_SEED)
  const resamples = affordableResamples(boot.clusters)
  const perTurn = Math.max(1, Math.floor(DRAWS_PER_TURN / Math.max(1, boot.clusters)))
  for (let b = 0; b < resamples; b += 1) {
    boot.draw()
    if (b % perTurn !== 0) continue
    await yieldToEventLoop()
    signal?.throwIfAborted()
  }
  const interval = boot.interval()
  return {
    clusters: boot.clusters,
    low: interval.ok ? interval.low : null,
    high: interval.ok ? interval.high : null,
    resamples: interval.ok ? interval.resamples : 0,
    withoutValue: interval.ok ? interval.withoutValue : 0,
  }
}

type Agreed = Pick<
  AgreementReport,
  'n' | 'clusters' | 'exact' | 'adjacent' | 'meanDifference' | 'kappa' | 'kappaReason'
>

/** Returns exact and adjacent agreement and quadratic weighted kappa with its interval, or why there is none. */
export async function agreementOf(
  pairs: RatedPairs,
  within: number,
  signal?: AbortSignal,
): Promise<Agreed> {
  const n = pairs.first.length
  const agreed = ratingAgreement(pairs.first, pairs.second, within)
  const has = 'n' in agreed ? agreed : null
  const { clusters, ...boot } = await bootstrapped(pairs, signal)
  return {
    n,
    clusters,
    exact: shareOf(has ? Math.round(has.exact * n) : 0, n),
    adjacent: shareOf(has ? Math.round(has.adjacent * n) : 0, n),
    meanDifference: has?.meanDifference ?? null,
    kappa: has?.kappa.ok ? { value: has.kappa.value, ...boot } : null,
    kappaReason: has ? (has.kappa.ok ? null : has.kappa.reason) : 'n_too_small',
  }
}

/** Returns Cohen's kappa without weights, Gwet's AC1, and AC2 with quadratic weights; null where they do not exist. */
export function coefficientsOf(
  counts: readonly (readonly number[])[],
): Pick<AgreementReport, 'unweightedKappa' | 'ac1' | 'ac2'> {
  const plain = chanceCorrected(counts, 'none')
  const weighted = chanceCorrected(counts, 'quadratic')
  if (!('gwet' in plain) || !('gwet' in weighted)) {
    return { unweightedKappa: null, ac1: null, ac2: null }
  }
  return { unweightedKappa: plain.kappa, ac1: plain.gwet, ac2: weighted.gwet }
}
