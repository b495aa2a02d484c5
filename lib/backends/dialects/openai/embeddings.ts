import { AppError } from '@/lib/errors'
import { decodeFloats } from '@/lib/backends/session/cache-values'
import type { HttpClient } from '@/lib/backends/http/client'
import { requestError } from '@/lib/backends/session/request-error'
import type { EmbedReply } from '@/lib/backends/types'
import { embedReplySchema, parseReply } from './wire'

// The first request may load the model.
const TIMEOUT_MS = 180_000
// 4,096 dimensions as text take about 80 KB; twice that per vector is generous.
const BYTES_PER_VECTOR = 160 * 1024
const ENVELOPE_BYTES = 64 * 1024

function wrong(message: string): never {
  throw requestError({ kind: 'data_error', reason: 'vectors', httpStatus: 200 }, message)
}

function toVector(embedding: number[] | string): Float32Array {
  if (typeof embedding !== 'string') return Float32Array.from(embedding)
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length % 4 !== 0) wrong('A vector is not a list of 32-bit numbers.')
  return decodeFloats(bytes)
}

/** Returns the vectors if they are what embeddings of so many texts can be: as many, alike in length, finite, not empty. */
function checkVectors(
  vectors: readonly (Float32Array | undefined)[],
  count: number,
): Float32Array[] {
  if (vectors.length !== count) wrong(`${vectors.length} vectors came back for ${count} texts.`)
  const width = vectors[0]?.length ?? 0
  return vectors.map((vector) => {
    if (!vector || vector.length === 0 || vector.length !== width) {
      wrong('The vectors differ in length.')
    }
    if (!vector.every(Number.isFinite)) {
      wrong('A vector holds an entry that is not a finite number.')
    }
    return vector
  })
}

/** Returns the vectors of a reply in the order of the inputs, whatever order the server sent them in. */
export function readVectors(json: unknown, count: number): Float32Array[] {
  const { data } = parseReply(embedReplySchema, json)
  if (data.length !== count) wrong(`${data.length} vectors came back for ${count} texts.`)
  const vectors = Array.from<Float32Array | undefined>({ length: count })
  for (const { index, embedding } of data) {
    if (index >= count || vectors[index])
      wrong('The indices of the vectors do not match the texts.')
    vectors[index] = toVector(embedding)
  }
  return checkVectors(vectors, count)
}

/** A server's route for embeddings. */
interface EmbedRoute {
  path: string
  body(texts: readonly string[]): unknown
  /** Returns the vectors of a reply, in the order of the texts. */
  read(json: unknown, count: number): readonly (Float32Array | undefined)[]
}

/**
 * Returns the embed call of a route. Truncation is never asked for, and servers do not say when they cut a text all the
 * same, so `truncated` is always false.
 */
export function embedOver(client: HttpClient, route: EmbedRoute) {
  return async (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> => {
    if (texts.length === 0) return { vectors: [], truncated: [] }
    const { json } = await client.send({
      method: 'POST',
      path: route.path,
      body: route.body(texts),
      isList: texts.length > 1,
      timeoutMs: TIMEOUT_MS,
      maxBytes: ENVELOPE_BYTES + BYTES_PER_VECTOR * texts.length,
      signal,
    })
    const vectors = checkVectors(route.read(json, texts.length), texts.length)
    return { vectors, truncated: texts.map(() => false) }
  }
}

function refusesBase64(error: unknown): boolean {
  return error instanceof AppError && error.details?.parameter === 'encoding_format'
}

/**
 * Returns the embed call of a server that speaks OpenAI's route. Vectors are asked for as base64 of float32, which is exact
 * and a quarter of the size; a server that refuses it or ignores it sends numbers.
 */
export function embedCall(client: HttpClient, model: string, path = '/v1/embeddings') {
  let encoding: 'base64' | 'float' = 'base64'
  const send = embedOver(client, {
    path,
    body: (texts) => ({ model, input: texts, encoding_format: encoding }),
    read: readVectors,
  })
  return (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> =>
    send(texts, signal).catch((error: unknown) => {
      if (encoding === 'float' || !refusesBase64(error)) throw error
      encoding = 'float'
      return send(texts, signal)
    })
}
