import { AppError, errorMessage } from '@/lib/errors'
import type { HttpClient } from '../http/client'

// Detection asks several servers' routes of one server; each answers at once or not at all.
const LOOK_MS = 3_000
// vLLM's list of routes is the longest thing read here.
const LOOK_BYTES = 4 * 1024 * 1024
// A server that lets two requests run into the limit will not answer the others either.
const MOST_TIMEOUTS = 2

/** What one route answered; `json` is null when it refused or sent no JSON. */
export interface Seen {
  path: string
  /** HTTP status; null when nothing answered in time. */
  status: number | null
  json: unknown
  /** The `server` header, lower case. */
  server: string
  /** The server's own words for a refusal. */
  said: string
}

/** Asks a server's routes, each at most once. */
export interface Look {
  get(path: string): Promise<Seen>
  /** What was asked so far, in order. */
  readonly seen: readonly Seen[]
}

function statusOf(error: unknown): number | null {
  const status = error instanceof AppError ? error.details?.['httpStatus'] : null
  return typeof status === 'number' ? status : null
}

/**
 * Returns a Look at one server. A refused connection, an address that the network rules forbid and a name that cannot
 * be resolved are thrown at the first route; a route that is slow or refuses is an answer.
 */
export function lookAt(client: HttpClient, signal?: AbortSignal): Look {
  const answers = new Map<string, Promise<Seen>>()
  const seen: Seen[] = []
  let silent = 0
  const ask = async (path: string): Promise<Seen> => {
    const answer: Seen = { path, status: null, json: null, server: '', said: '' }
    try {
      const reply = await client.send({
        method: 'GET',
        path,
        timeoutMs: LOOK_MS,
        maxBytes: LOOK_BYTES,
        signal,
      })
      answer.status = 200
      answer.json = reply.json
      answer.server = (reply.headers['server'] ?? '').toLowerCase()
    } catch (error) {
      signal?.throwIfAborted()
      answer.status = statusOf(error)
      answer.said = errorMessage(error)
      const timedOut =
        error instanceof AppError && String(error.details?.['reason']).includes('TIMEDOUT')
      if (answer.status === null && timedOut) silent += 1
      if (answer.status === null && (!timedOut || silent >= MOST_TIMEOUTS)) throw error
    }
    seen.push(answer)
    return answer
  }
  return {
    seen,
    get(path) {
      const known = answers.get(path) ?? ask(path)
      answers.set(path, known)
      return known
    },
  }
}

/** Returns a plain object, or an empty one for anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** Returns a list of plain objects, or an empty one for anything else. */
export function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}
