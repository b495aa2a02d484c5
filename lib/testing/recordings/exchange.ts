import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { StubReply, StubRequest } from '../servers/openai'

const FOLDER = import.meta.dirname

/**
 * One request and its reply: recorded from a running server, or written after its documentation (`provenance` says
 * which; numbers in documentation files are invented). Long arrays may be cut; `notes` then says so.
 */
export interface Exchange {
  provenance: 'recorded' | 'documentation' | 'not confirmed'
  server: string
  version: string | null
  method: 'GET' | 'POST'
  path: string
  request: Record<string, unknown> | null
  status: number
  response: unknown
  response_headers?: Record<string, string>
  notes?: string[]
}

/** What a stub server answers; null drops the connection. */
export type Answer = (request: StubRequest) => StubReply | null

/** Returns the exchange in lib/testing/recordings/<server>/<name>.json. */
export function loadExchange(server: string, name: string): Exchange {
  return JSON.parse(readFileSync(path.join(FOLDER, server, `${name}.json`), 'utf8')) as Exchange
}

/** Returns the names of a server's exchanges, sorted. */
export function exchangeNames(server: string): string[] {
  return readdirSync(path.join(FOLDER, server))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/** Returns the reply of an exchange as the stub server sends it. */
export function replyOf(exchange: Exchange): StubReply {
  const { status, response, response_headers: headers } = exchange
  const stream = response as { content_type?: string; raw?: string } | null
  if (stream?.raw !== undefined && stream.content_type) {
    return { status, raw: stream.raw, headers: { ...headers, 'content-type': stream.content_type } }
  }
  const raw = response === null ? '' : JSON.stringify(response)
  return { status, raw, ...(headers ? { headers } : {}) }
}

/**
 * Returns a server that answers like `otherwise`, except on the exchange's method and path, where it gives the
 * exchange's reply: to all requests, or to those that `when` picks.
 */
export function replaying(
  exchange: Exchange,
  otherwise: Answer,
  when: (request: StubRequest) => boolean = () => true,
): Answer {
  return (request) =>
    request.method === exchange.method && samePath(request.path, exchange.path) && when(request)
      ? replyOf(exchange)
      : otherwise(request)
}

/** Returns whether a request meets a recorded path; hosted services put a prefix in front, which belongs to the base address. */
export function samePath(asked: string, recorded: string): boolean {
  return asked === recorded || recorded.endsWith(asked)
}
