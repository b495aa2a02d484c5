import type { HttpClient } from '../http/client'
import { fieldsOf, idsOf, wrongReply } from '../scoring/wire'

const TIMEOUT_MS = 30_000
const ENVELOPE_BYTES = 64 * 1024
// A text has at most one token a character; a token may come with its text and its place.
const BYTES_PER_CHARACTER = 200
// The text of one token: long runs of blanks or signs are the longest.
const BYTES_PER_TOKEN = 1024

/** The tokenizer routes of a server, as far as it has them. */
export interface TokenizerRoutes {
  tokenize(text: string, addSpecial: boolean, signal?: AbortSignal): Promise<Int32Array>
  detokenize?(ids: Int32Array, signal?: AbortSignal): Promise<string>
}

/** One route: its path, the body of a request, and how the reply is read. */
interface Route<Body extends unknown[], Reply> {
  path: string
  body(...asked: Body): unknown
  read(json: unknown): Reply
}

/** Returns the ids that a tokenizer route lists under `name`. */
export function idsUnder(name: string): (json: unknown) => Int32Array {
  return (json) => idsOf(fieldsOf(json, 'the top')[name], name)
}

/** Returns the text that a route states under `name`; `data_error` where there is none. */
export function textUnder(name: string): (json: unknown) => string {
  return (json) => {
    const text = fieldsOf(json, 'the top')[name]
    return typeof text === 'string' ? text : wrongReply('reply_shape', `The reply has no ${name}.`)
  }
}

/** Returns the route by which vLLM and SGLang make ids of a text. */
export function tokenizeRoute(
  model: string,
): Route<[text: string, addSpecial: boolean], Int32Array> {
  return {
    path: '/tokenize',
    body: (text, addSpecial) => ({ model, prompt: text, add_special_tokens: addSpecial }),
    read: idsUnder('tokens'),
  }
}

/** Returns a server's tokenizer routes from what tells them from those of others. */
export function routesOf(
  client: HttpClient,
  routes: {
    tokenize: Route<[text: string, addSpecial: boolean], Int32Array>
    detokenize?: Route<[ids: number[]], string>
  },
): TokenizerRoutes {
  const post = async (path: string, body: unknown, bytes: number, signal?: AbortSignal) => {
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: ENVELOPE_BYTES + bytes, signal }
    return (await client.send({ method: 'POST', path, body, ...limits })).json
  }
  const { tokenize, detokenize } = routes
  return {
    async tokenize(text, addSpecial, signal) {
      const body = tokenize.body(text, addSpecial)
      return tokenize.read(
        await post(tokenize.path, body, BYTES_PER_CHARACTER * text.length, signal),
      )
    },
    ...(detokenize
      ? {
          async detokenize(ids, signal) {
            const body = detokenize.body(Array.from(ids))
            return detokenize.read(
              await post(detokenize.path, body, BYTES_PER_TOKEN * ids.length, signal),
            )
          },
        }
      : {}),
  }
}
