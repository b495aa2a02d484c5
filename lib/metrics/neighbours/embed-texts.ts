import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { isRowError, required } from '../failures'
import type { MetricTools } from '../types'

/** Embeddings of texts, each different text asked for once. */
export interface EmbeddedTexts {
  /** Dimension; 0 when nothing was embedded. */
  d: number
  /** Vector of each different text that has one, row-major. */
  vectors: Float32Array
  /** Row of `vectors` for each text given, -1 where embedding it failed. */
  rowOf: Int32Array
  /** 1 for each text given that the backend cut. */
  truncated: Uint8Array
  /** Message of the first text that failed, if any. */
  firstError: string | null
}

// One backend batch or more; small enough for a live bar and a prompt cancel at 200 texts a second.
const TEXTS_PER_CALL = 256

type Vectors = { vectors: (Float32Array | null)[]; truncated: boolean[]; error: string | null }

/** Returns the vectors of a chunk; when the chunk is refused, of each text by itself. */
async function embedChunk(texts: readonly string[], tools: MetricTools): Promise<Vectors> {
  throwIfAborted(tools.signal)
  try {
    const { vectors, truncated } = await required(tools.embed, 'mnd', 'embed')(texts)
    if (vectors.length !== texts.length) {
      throw new AppError('data_error', 'The backend returned another number of vectors than texts.')
    }
    return { vectors, truncated, error: null }
  } catch (error) {
    if (!isRowError(error)) throw error
    if (texts.length === 1) {
      return { vectors: [null], truncated: [false], error: errorMessage(error) }
    }
    const all: Vectors = { vectors: [], truncated: [], error: null }
    for (const text of texts) {
      const one = await embedChunk([text], tools)
      all.vectors.push(...one.vectors)
      all.truncated.push(...one.truncated)
      all.error ??= one.error
    }
    return all
  }
}

/**
 * Returns the embeddings of all texts. A text that the backend refuses has none; throws when the backend itself is gone
 * or changes its dimension.
 */
export async function embedTexts(
  texts: readonly string[],
  tools: MetricTools,
  progress: (done: number) => void,
): Promise<EmbeddedTexts> {
  const different = [...new Set(texts)]
  const rowOfText = new Map<string, number>()
  const cut = new Set<string>()
  let vectors: Float32Array = new Float32Array(0)
  let d = 0
  let found = 0
  let firstError: string | null = null
  for (let from = 0; from < different.length; from += TEXTS_PER_CALL) {
    const chunk = different.slice(from, from + TEXTS_PER_CALL)
    const reply = await embedChunk(chunk, tools)
    firstError ??= reply.error
    chunk.forEach((text, i) => {
      const vector = reply.vectors[i]
      if (!vector) return
      if (d === 0) {
        d = vector.length
        // Shared, as the threads of a search read them where they lie: 850 MB of half a million rows.
        vectors = new Float32Array(new SharedArrayBuffer(4 * different.length * d))
      }
      if (vector.length !== d) {
        throw new AppError(
          'backend_unavailable',
          `The backend changed the dimension of its vectors from ${d} to ${vector.length}. Check that it serves one model.`,
        )
      }
      vectors.set(vector, found * d)
      rowOfText.set(text, found)
      found += 1
      if (reply.truncated[i]) cut.add(text)
    })
    progress(Math.min(different.length, from + TEXTS_PER_CALL))
  }
  return {
    d,
    vectors: vectors.subarray(0, found * d),
    rowOf: Int32Array.from(texts, (text) => rowOfText.get(text) ?? -1),
    truncated: Uint8Array.from(texts, (text) => (cut.has(text) ? 1 : 0)),
    firstError,
  }
}
