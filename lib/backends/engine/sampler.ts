import type { GenerateParams } from '../types'
import { argMax, topIds } from './logsumexp'

/** What decides the next token. */
export type SamplingParams = Pick<GenerateParams, 'temperature' | 'topP' | 'topK' | 'minP' | 'seed'>

/**
 * Returns a generator of numbers in [0, 1) that depends on the seed alone (mulberry32 after a mixing round, so that
 * neighbouring seeds give unrelated streams).
 */
export function randomStream(seed: number): () => number {
  let state = Math.imul((seed ^ (seed >>> 16)) + 0x9e3779b9, 0x85ebca6b) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function draw(ids: ArrayLike<number>, weights: Float64Array, total: number, random: number) {
  let left = random * total
  for (let i = 0; i < weights.length; i += 1) {
    left -= weights[i] as number
    if (left < 0) return ids[i] as number
  }
  // Rounding may leave a last crumb: the last token with any weight takes it.
  for (let i = weights.length - 1; i >= 0; i -= 1) {
    if ((weights[i] as number) > 0) return ids[i] as number
  }
  return ids[0] as number
}

/** Tokens that may be drawn, most likely first: by top-k, or by a bound that no token of the nucleus is under. */
function candidates(weights: Float64Array, total: number, params: SamplingParams): number[] {
  const count = weights.length
  if (params.topK > 0 && params.topK < count) {
    return topIds(Float32Array.from(weights), params.topK)
  }
  // Tokens below this share together hold less than 1 - topP, so the nucleus is complete without them.
  const floor = params.topP < 1 ? ((1 - params.topP) * total) / count : 0
  const ids: number[] = []
  for (let i = 0; i < count; i += 1) if ((weights[i] as number) > floor) ids.push(i)
  return ids.sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b)
}

/**
 * Returns the id of the next token. Temperature 0 takes the largest logit (the lowest id among equals). Otherwise:
 * divide by the temperature, keep top-k, keep the smallest set that holds top-p, drop what is under min-p times the
 * largest, draw one. `random` is used once. Logits of minus infinity are never chosen.
 */
export function sampleToken(
  logits: Float32Array,
  params: SamplingParams,
  random: () => number,
): number {
  const best = argMax(logits)
  const unit = random()
  if (params.temperature <= 0) return best
  const top = logits[best] as number
  const weights = new Float64Array(logits.length)
  let total = 0
  for (let i = 0; i < logits.length; i += 1) {
    const weight = Math.exp(((logits[i] as number) - top) / params.temperature)
    weights[i] = weight
    total += weight
  }
  const limited = params.topK > 0 || params.topP < 1 || params.minP > 0
  if (!limited) return draw(identityIds(weights.length), weights, total, unit)
  let ids = candidates(weights, total, params)
  if (params.topP < 1) {
    const kept = ids.reduce((sum, id) => sum + (weights[id] as number), 0)
    // After top-k the nucleus is a share of what top-k kept; without it, of everything.
    const target = params.topP * (params.topK > 0 ? kept : total)
    let mass = 0
    let size = 0
    while (size < ids.length && mass < target) {
      mass += weights[ids[size] as number] as number
      size += 1
    }
    ids = ids.slice(0, Math.max(1, size))
  }
  if (params.minP > 0) ids = ids.filter((id) => (weights[id] as number) >= params.minP)
  const chosen = Float64Array.from(ids, (id) => weights[id] as number)
  return draw(
    ids,
    chosen,
    chosen.reduce((sum, weight) => sum + weight, 0),
    unit,
  )
}

let identity = new Int32Array(0)

function identityIds(count: number): Int32Array {
  if (identity.length !== count) identity = Int32Array.from({ length: count }, (_, i) => i)
  return identity
}
