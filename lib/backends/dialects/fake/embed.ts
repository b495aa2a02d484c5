import type { RewardPair } from '@/lib/backends/types'
import { textHash, unit } from './hash'

/** Entries of a fake vector: enough that different words rarely meet. */
export const DIMENSION = 64
// The whole text's own share keeps different texts with the same words apart.
const OWN_SHARE = 0.05

function add(vector: Float64Array, hash: number, weight: number): void {
  for (let i = 0; i < vector.length; i += 1) {
    vector[i] = (vector[i] as number) + weight * (unit(hash, i) - 0.5)
  }
}

/** Returns a vector of length one: the sum of its words' vectors, so that texts with common words are near. */
export function fakeVector(text: string, seed: number): Float32Array {
  const sum = new Float64Array(DIMENSION)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    add(sum, textHash(word, seed), 1)
  add(sum, textHash(text, seed + 1), OWN_SHARE)
  let square = 0
  for (const x of sum) square += x * x
  const length = Math.sqrt(square)
  return Float32Array.from(sum, (x) => x / length)
}

/** Returns a reward: more for a reply whose words are those of the request, with a little of its own. */
export function fakeReward({ request, reply }: RewardPair, seed: number): number {
  const [a, b] = [fakeVector(request, seed), fakeVector(reply, seed)]
  const likeness = a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
  return 4 * likeness + unit(textHash(reply, seed), 0) / 10
}
