import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { fieldsOf, idsOf, listOf } from '@/lib/backends/scoring/wire'
import type { TokenizerRoutes } from '@/lib/backends/tokenizer'

const TIMEOUT_MS = 30_000
const ENVELOPE_BYTES = 64 * 1024
const BYTES_PER_CHARACTER = 200

interface Token {
  id: number
  /** No characters of the text: a token that the tokenizer added. */
  empty: boolean
}

async function ask(client: HttpClient, text: string, signal?: AbortSignal): Promise<Token[]> {
  const { json } = await client.send({
    method: 'POST',
    path: '/tokenize',
    body: { inputs: text },
    timeoutMs: TIMEOUT_MS,
    maxBytes: ENVELOPE_BYTES + BYTES_PER_CHARACTER * text.length,
    signal,
  })
  const entries = listOf(json, 'the top').map((entry, i) => fieldsOf(entry, `${i}`))
  const ids = idsOf(
    entries.map((entry) => entry.id),
    'the tokens',
  )
  return entries.map((entry, i) => ({
    id: ids[i] as number,
    empty: typeof entry.start === 'number' && entry.start === entry.stop,
  }))
}

function starts(ids: readonly number[], tail: readonly number[]): boolean {
  return ids.length === tail.length && tail.every((id, i) => ids[i] === id)
}

/**
 * Returns the tokenizer route of a TGI server. What the server adds in front of a text is found by comparing the route
 * with `scored`, the ids that it scores for `text` (null where it does not score): the route may list the BOS or not.
 */
export async function tgiRoutes(
  client: HttpClient,
  text: string,
  scored: Int32Array | null,
  signal?: AbortSignal,
): Promise<TokenizerRoutes> {
  const sample = await ask(client, text, signal)
  const ids = sample.map(({ id }) => id)
  const listsBos = sample[0]?.empty === true
  const full = scored ? [...scored] : ids
  const plain = listsBos ? ids.slice(1) : ids
  const bos = listsBos ? ids.slice(0, 1) : full.slice(0, full.length - plain.length)
  if (bos.length > 1 || !starts(full, [...bos, ...plain])) {
    throw new AppError(
      'capability_missing',
      'The server scores other tokens than its /tokenize route lists.',
      { details: { kind: 'config', reason: 'special_tokens', httpStatus: null } },
    )
  }
  return {
    async tokenize(input, addSpecial, abort) {
      const found = (await ask(client, input, abort)).map(({ id }) => id)
      const bare = listsBos && found[0] === bos[0] ? found.slice(1) : found
      return Int32Array.from(addSpecial ? [...bos, ...bare] : bare)
    },
  }
}
