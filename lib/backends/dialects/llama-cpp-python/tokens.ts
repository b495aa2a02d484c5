import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { fieldsOf, idsOf } from '@/lib/backends/scoring/wire'
import type { TokenizerRoutes } from '@/lib/backends/tokenizer'

const TIMEOUT_MS = 30_000
const ENVELOPE_BYTES = 64 * 1024
const BYTES_PER_CHARACTER = 40

/**
 * Returns the tokenizer routes of the server, without the BOS that it puts in front of every text and never lists with a
 * score. Whether the route lists it is found by comparing with the counts of an echoed sample: `listed` tokens of
 * `counted`.
 */
export async function llamaCppPythonRoutes(
  client: HttpClient,
  sample: { text: string; listed: number; counted: number },
  signal?: AbortSignal,
): Promise<TokenizerRoutes> {
  const ask = async (text: string, abort?: AbortSignal) => {
    const { json } = await client.send({
      method: 'POST',
      path: '/extras/tokenize',
      body: { input: text },
      timeoutMs: TIMEOUT_MS,
      maxBytes: ENVELOPE_BYTES + BYTES_PER_CHARACTER * text.length,
      signal: abort,
    })
    return idsOf(fieldsOf(json, 'the top').tokens, 'tokens')
  }
  const found = await ask(sample.text, signal)
  const hidden = found.length - sample.listed
  if (hidden !== 0 && !(hidden === 1 && sample.counted === sample.listed + 1)) {
    throw new AppError(
      'capability_missing',
      'The server scores other tokens than its tokenizer route lists.',
      { details: { kind: 'config', reason: 'special_tokens', httpStatus: null } },
    )
  }
  return {
    // Seen from outside the tokenizer adds nothing: what it adds never shows.
    tokenize: async (text, _addSpecial, abort) => (await ask(text, abort)).slice(hidden),
    async detokenize(ids, abort) {
      const { json } = await client.send({
        method: 'POST',
        path: '/extras/detokenize',
        body: { tokens: Array.from(ids) },
        timeoutMs: TIMEOUT_MS,
        maxBytes: ENVELOPE_BYTES + 1024 * ids.length,
        signal: abort,
      })
      const { text } = fieldsOf(json, 'the top')
      return typeof text === 'string' ? text : ''
    },
  }
}
