import type { Meter } from '@/lib/contracts/meter'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { CacheEntry, RequestCache } from './cache-port'
import type { Endpoint } from './endpoint'
import type { EndpointPool, Ticket } from './endpoint-pool'
import type { Reader } from './unconfirmed'
import type { BackendSession } from '../types'
import type { CallKind } from './checked-calls'
import type { Clock } from './clock'
import { withRetry, type RetryTiming } from './retry'
import { settleFailure } from './settle'

/** Requests of a session now: at the backend, and waiting for a place there. */
export interface Load {
  inFlight: number
  waiting: number
}

/** Failed requests by reason, with one example each. */
export type RequestErrors = Record<string, { count: number; example: string }>

/** What one job has of a backend that it shares with others. */
export interface JobSession extends Reader {
  pool: EndpointPool
  cache: RequestCache
  meter: Meter
  load: Load
  requestErrors: RequestErrors
  /** Called before each request; what it throws is thrown instead of sending. */
  guard: (() => void) | undefined
  /**
   * Inputs that brought the server down, by cache key: this job does not ask them again. Its next attempt does, because
   * failures are never kept.
   */
  failedInputs: Map<string, unknown>
  timing: RetryTiming
  clock: Clock
}

// An example shows the kind of trouble, not a whole reply.
const EXAMPLE_CHARACTERS = 200

function noteError({ requestErrors }: JobSession, error: unknown): void {
  const reason =
    error instanceof AppError && typeof error.details?.reason === 'string'
      ? error.details.reason
      : errorCode(error)
  const known = (requestErrors[reason] ??= {
    count: 0,
    example: errorMessage(error).slice(0, EXAMPLE_CHARACTERS),
  })
  known.count += 1
}

/** What a request is, beside its contents. */
interface Request {
  kind: CallKind
  /** Inputs that it holds. */
  inputs: number
  /** Its work in the unit of its kind, by which throughput is judged. */
  weight: number
  /** Two tokens of a scoring request, for a small question when it fails. */
  sample?: Int32Array | null
  /** Whether the list that it is a part of has failed already. */
  isPart?: boolean
}

/** Returns the stored answer of each key, or null, in order; those that still wait for their place in the cache as well. */
export function storedAnswers(job: JobSession, keys: readonly Buffer[]): (Buffer | null)[] {
  const { cache, pool } = job
  return cache.get(keys).map((value, n) => {
    if (value) return value
    for (const { unconfirmed } of pool.parts.endpoints) {
      const found = unconfirmed.find(job, cache, keys[n] as Buffer)
      if (found) return found
    }
    return null
  })
}

/** Notes that a job uses an answer that another one asked for. */
export function noteSharedAnswer(job: JobSession): void {
  for (const { unconfirmed } of job.pool.parts.endpoints) unconfirmed.share(job)
}

/**
 * Sends one request: at the endpoint with most room, under its limit, repeated by the retry rules. `entries` are what the
 * answer adds to the cache once it is confirmed. Throws an error of the inputs (`data_error`), of every input, or one that
 * pauses the job.
 */
export async function ask<T>(
  job: JobSession,
  { kind, inputs, weight, sample = null, isPart = false }: Request,
  call: (session: BackendSession, endpoint: Endpoint) => T | Promise<T>,
  signal: AbortSignal | undefined,
  entries: (answer: T) => readonly CacheEntry[] = () => [],
): Promise<T> {
  const { pool, cache, meter, load, timing, clock } = job
  pool.throwIfSpoiled(job)
  const ticket: Ticket = { endpoint: null }
  let tries = 0
  const once = async () => {
    let began = false
    load.waiting += 1
    try {
      return await pool.run(
        kind,
        async (session, endpoint) => {
          began = true
          load.waiting -= 1
          job.guard?.()
          load.inFlight += 1
          meter.requests += 1
          if (tries > 0) meter.retries += 1
          tries += 1
          try {
            const { refusals } = endpoint
            const answer = await call(session, endpoint)
            endpoint.replied(job, cache, entries(answer), refusals)
            return answer
          } catch (error) {
            if (errorCode(error) !== 'cancelled') noteError(job, error)
            throw error
          } finally {
            load.inFlight -= 1
          }
        },
        { ticket, signal, weight },
      )
    } finally {
      if (!began) load.waiting -= 1
    }
  }
  try {
    return await withRetry(once, {
      signal,
      timing,
      clock,
      gated: true,
      // A list that fails again is taken apart, which asks each input again anyway.
      ...(inputs > 1 ? { suspectRetries: isPart ? 0 : 1 } : {}),
    })
  } catch (error) {
    const { endpoint } = ticket
    throw await settleFailure({ pool, endpoint, kind, inputs, error, sample, signal })
  }
}
