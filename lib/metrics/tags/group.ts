import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '@/lib/errors'
import type { TagWord } from '../types'

// Some milliseconds of work; heartbeats and other jobs get their turn in between.
const PAUSE_PRODUCTS = 20_000

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/**
 * Returns the tag that stands for each tag: tags are taken from the most frequent one on (equal ones in the order of their
 * signs), and each joins the nearest tag before it that stands for itself, where their cosine is at least the threshold, or
 * stands for itself. Nothing is drawn at random. `vectors` are of length one, in the order of `words`.
 */
export async function groupTags(
  words: readonly TagWord[],
  vectors: readonly Float32Array[],
  threshold: number,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const order = words
    .map((_, at) => at)
    .sort((a, b) => {
      const [x, y] = [words[a] as TagWord, words[b] as TagWord]
      return y.rows - x.rows || (x.word < y.word ? -1 : 1)
    })
  const heads: number[] = []
  const standsFor = new Map<string, string>()
  let products = 0
  for (const at of order) {
    let nearest = -1
    let best = threshold
    for (const head of heads) {
      const cosine = dot(vectors[at] as Float32Array, vectors[head] as Float32Array)
      if (cosine < best || (nearest >= 0 && cosine === best)) continue
      best = cosine
      nearest = head
    }
    products += heads.length
    if (nearest < 0) heads.push(at)
    const { word } = words[at] as TagWord
    standsFor.set(word, (words[nearest < 0 ? at : nearest] as TagWord).word)
    if (products < PAUSE_PRODUCTS) continue
    products = 0
    await nextTurn()
    throwIfAborted(signal)
  }
  return standsFor
}
