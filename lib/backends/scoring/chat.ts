import type { HttpClient } from '../http/client'
import { chatCall, newDialect } from '../dialects/openai/chat'
import type { BackendSession } from '../types'

type Json = Record<string, unknown>

/** How a server's chat route differs from OpenAI's. */
export interface ChatDifferences {
  /** Returns the body as this server wants it. */
  request?(body: Json): Json
  /** Returns the reply in OpenAI's shape; what is not understood is passed on as it is. */
  reply?(json: unknown): unknown
}

/** Returns the chat call of a session whose server speaks OpenAI's chat route with differences. */
export function chatOf(
  client: HttpClient,
  model: string,
  differences: ChatDifferences = {},
): NonNullable<BackendSession['generate']> {
  const { request: toServer, reply: fromServer } = differences
  const adapted: HttpClient = {
    async send(request) {
      const body = toServer ? toServer(request.body as Json) : request.body
      const reply = await client.send({ ...request, body })
      return fromServer ? { ...reply, json: fromServer(reply.json) } : reply
    },
    close: () => client.close(),
  }
  const generate = chatCall(adapted, model, newDialect())
  return (request, signal) => generate(request, signal)
}

/** Returns the JSON schema that a chat body asks for, or null. */
export function schemaOf(body: Json): Json | null {
  const format = body.response_format as { json_schema?: { schema?: Json } } | undefined
  return format?.json_schema?.schema ?? null
}

function contentOf(logprobs: Json): unknown {
  const { tokens, token_logprobs: values, token_ids: ids, top_logprobs: tops } = logprobs
  if (!Array.isArray(tokens) || !Array.isArray(values)) return null
  return tokens.map((token: unknown, i) => ({
    token,
    logprob: values[i] as unknown,
    ...(Array.isArray(ids) ? { id: ids[i] as unknown } : {}),
    top_logprobs: Object.entries(((tops as unknown[] | undefined)?.[i] ?? {}) as Json).map(
      ([text, logprob]) => ({ token: text, logprob }),
    ),
  }))
}

/** Returns a chat reply whose scores came as the older parallel lists, with OpenAI's list of tokens instead. */
export function withContent(json: unknown): unknown {
  const reply = json as { choices?: Json[] } | null
  if (!Array.isArray(reply?.choices)) return json
  const choices = reply.choices.map((choice) => {
    const logprobs = choice?.logprobs as Json | null | undefined
    if (!logprobs || 'content' in logprobs) return choice
    return { ...choice, logprobs: { content: contentOf(logprobs) } }
  })
  return { ...reply, choices }
}
