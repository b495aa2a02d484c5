import type { HttpClient } from '@/lib/backends/http/client'
import { fieldsOf, idsOf, wrongReply } from '@/lib/backends/scoring/wire'
import type { TokenizerRoutes } from '@/lib/backends/tokenizer'

const TIMEOUT_MS = 30_000
const ENVELOPE_BYTES = 4_096
// An id takes up to seven characters and a comma, and a text has at most a token per byte.
const BYTES_PER_CHARACTER = 32
// A token's text: long runs of blanks or signs are the longest.
const BYTES_PER_TOKEN = 1_024

/** Returns llama-server's tokenizer routes. */
export function tokenizerRoutes(client: HttpClient): TokenizerRoutes {
  const post = async (path: string, body: unknown, maxBytes: number, signal?: AbortSignal) => {
    const { json } = await client.send({
      method: 'POST',
      path,
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: ENVELOPE_BYTES + maxBytes,
      signal,
    })
    return fieldsOf(json, 'the top')
  }
  return {
    async tokenize(text, addSpecial, signal) {
      const body = { content: text, add_special: addSpecial }
      const { tokens } = await post('/tokenize', body, BYTES_PER_CHARACTER * text.length, signal)
      return idsOf(tokens, 'tokens')
    },
    async detokenize(ids, signal) {
      const body = { tokens: Array.from(ids) }
      const { content } = await post('/detokenize', body, BYTES_PER_TOKEN * ids.length, signal)
      if (typeof content !== 'string') wrongReply('reply_shape', 'The reply has no text.')
      return content
    },
  }
}
