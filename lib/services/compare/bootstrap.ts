import { createRandom } from '@/lib/stats/random'
import { quantileSorted } from '@/lib/stats/summary'
import type { CompareInterval } from '@/lib/contracts/compare'
import { yieldToEventLoop } from './slots'

// The reference number of resamples.
const WANTED_RESAMPLES = 10_000
// About two seconds of drawing: full resamples up to 10,000 pairs, fewer (and said so) beyond.
const DRAW_BUDGET = 100_000_000
// About 5 ms of drawing between turns of the event loop.
const DRAWS_PER_TURN = 200_000
// Any fixed number: the same data give the same interval on every machine.
export const BOOTSTRAP_SEED = 20_241_211

export interface StratifiedOptions {
  resamples?: number
  seed?: number
  budget?: number
  signal?: AbortSignal
}

/** Returns how many resamples n differences get: as many as wanted, or what the budget of draws allows. */
export function affordableResamples(
  n: number,
  wanted: number,
  budget: number = DRAW_BUDGET,
): number {
  return n === 0 ? wanted : Math.max(1, Math.min(wanted, Math.floor(budget / n)))
}

/**
 * Returns the 95 % percentile bootstrap interval of the mean of paired differences, one difference a seed slot. Each
 * stratum (seed set) is resampled for itself with its own size, and the mean is taken over all. With one stratum it
 * equals lib/stats' pairedBootstrap under the same seed. Works in short turns, so that the process stays responsive.
 */
export async function stratifiedBootstrap(
  strata: readonly Float64Array[],
  options: StratifiedOptions = {},
): Promise<CompareInterval> {
  const wanted = options.resamples ?? WANTED_RESAMPLES
  const seed = options.seed ?? BOOTSTRAP_SEED
  const filled = strata.filter((stratum) => stratum.length > 0)
  const n = filled.reduce((sum, stratum) => sum + stratum.length, 0)
  if (n === 0) return { ok: false, reason: 'n_too_small' }
  const resamples = affordableResamples(n, wanted, options.budget)
  const random = createRandom(seed)
  const means = new Float64Array(resamples)
  let drawn = 0
  for (let b = 0; b < resamples; b += 1) {
    let sum = 0
    for (const stratum of filled) {
      for (let start = 0; start < stratum.length; start += DRAWS_PER_TURN) {
        const end = Math.min(stratum.length, start + DRAWS_PER_TURN)
        for (let i = start; i < end; i += 1) sum += stratum[random.below(stratum.length)] as number
        drawn += end - start
        if (drawn >= DRAWS_PER_TURN) {
          drawn = 0
          await yieldToEventLoop()
          options.signal?.throwIfAborted()
        }
      }
    }
    means[b] = sum / n
  }
  const ascending = means.sort()
  return {
    ok: true,
    low: quantileSorted(ascending, 0.025),
    high: quantileSorted(ascending, 0.975),
    resamples,
    wanted,
    seed,
    strata: filled.length,
  }
}
