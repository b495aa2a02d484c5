import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeFloats } from '@/lib/backends/session/cache-values'

/** One request as the stub received it. */
export interface StubRequest {
  method: string
  path: string
  headers: http.IncomingHttpHeaders
  body: Record<string, unknown>
}

/** What the stub answers: an object as JSON, or raw text. */
export interface StubReply {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  raw?: string
}

/** A server on 127.0.0.1 for tests; `seen` holds what was asked. */
export interface StubServer {
  url: string
  port: number
  seen: StubRequest[]
  close(): Promise<void>
}

/** Starts a server whose replies a function chooses; null drops the connection. */
export async function startStub(
  answer: (request: StubRequest) => StubReply | null | Promise<StubReply | null>,
): Promise<StubServer> {
  const seen: StubRequest[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const asked: StubRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
      }
      seen.push(asked)
      void Promise.resolve(answer(asked)).then((reply) => {
        if (!reply) {
          response.destroy()
          return
        }
        response.writeHead(reply.status ?? 200, {
          'content-type': 'application/json',
          ...reply.headers,
        })
        response.end(reply.raw ?? JSON.stringify(reply.body))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

// Words of the made-up model; the reply depends on the last message only.
const WORDS = ['yes', ' and', ' no', ' then', ' more']

function hashOf(text: string): number {
  let hash = 7
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  return hash
}

function chatReply(body: Record<string, unknown>): StubReply {
  const messages = body.messages as { content: string }[]
  const start = hashOf(messages.at(-1)?.content ?? '')
  const schema = (
    body.response_format as { json_schema?: { schema?: { properties?: object } } } | undefined
  )?.json_schema?.schema
  const limit = Number(body.max_tokens ?? body.max_completion_tokens)
  const tokens = Array.from(
    { length: Math.min(4, limit) },
    (_, i) => WORDS[(start + i) % WORDS.length] as string,
  )
  const properties = Object.entries(
    (schema?.properties ?? {}) as Record<string, { enum?: string[] }>,
  )
  const structured = JSON.stringify(
    Object.fromEntries(properties.map(([key, rule]) => [key, rule.enum?.[0] ?? 1])),
  )
  const scored = (token: string, i: number) => ({
    token,
    logprob: -0.1 - i / 10,
    top_logprobs: Array.from({ length: Number(body.top_logprobs) }, (_, k) => ({
      token: k === 0 ? token : `x${k}`,
      logprob: -0.1 - i / 10 - 2 * k,
    })),
  })
  return {
    body: {
      model: 'NAME',
      choices: [
        {
          message: { content: schema ? structured : tokens.join('') },
          finish_reason: limit < 4 ? 'length' : 'stop',
          logprobs: body.logprobs ? { content: tokens.map(scored) } : null,
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: tokens.length },
    },
  }
}

function embedReply(body: Record<string, unknown>): StubReply {
  const data = (body.input as string[]).map((text, index) => {
    const angle = (hashOf(text) % 1000) / 500
    const vector = Float32Array.of(Math.cos(angle), Math.sin(angle))
    const embedding =
      body.encoding_format === 'base64'
        ? encodeFloats(vector).toString('base64')
        : Array.from(vector)
    return { index, embedding }
  })
  // The order of the list means nothing; only `index` does.
  return { body: { model: 'NAME', data: data.reverse(), usage: { prompt_tokens: 1 } } }
}

/** Answers like a small well-behaved service with one model, NAME. */
export function modelStub({ path, body }: StubRequest): StubReply {
  if (path === '/v1/models') return { body: { object: 'list', data: [{ id: 'NAME' }] } }
  if (path === '/v1/chat/completions') return chatReply(body)
  if (path === '/v1/embeddings') return embedReply(body)
  return { status: 404, body: { detail: 'Not Found' } }
}
