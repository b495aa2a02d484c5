import type { KnownModel } from '@/lib/contracts/model'
import { errorMessage } from '@/lib/errors'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { pausingError, requestError } from './request-error'
import type { BackendEnvironment, BackendKind, BackendLimits, BackendSession } from '../types'
import { Endpoint } from './endpoint'
import { EndpointPool } from './endpoint-pool'
import { knowModel, knownByStatement, lookBriefly, modelDifference } from './fingerprint'
import type { Target } from './replicas'

/** What a pool is opened with. */
interface OpenPool {
  backendId: string
  targets: readonly Target[]
  env: BackendEnvironment
  clock?: Clock
  /** Finds a server's model among those that were seen before, or remembers it. */
  recognise?: (known: KnownModel) => Recognised
  /** Told what people should know: who is left out and why, who is back. */
  notice(message: string): void
}

/** A model that is known by its answers. */
export interface Recognised {
  /** Fingerprint: stays the same for as long as the model is recognised. */
  id: string
  /** As it was first seen: noise must not carry the reference away step by step. */
  known: KnownModel
  /** Whether another model has stated the same identity before, so that the identity alone does not tell which it is. */
  isNamesake: boolean
}

// Enough for a server that is well; one that loads its model is taken in when it is ready.
const GRACE_MS = 15_000

interface Opened {
  session: BackendSession
  known: KnownModel
}

/** Concurrency of all endpoints together; what fits into one request stays what one takes. */
function limitsOf(one: BackendLimits, endpoints: number): BackendLimits {
  return {
    ...one,
    chatConcurrency: one.chatConcurrency * endpoints,
    scoreConcurrency: one.scoreConcurrency * endpoints,
  }
}

async function know(session: BackendSession, isServer: boolean): Promise<KnownModel> {
  // A model in our own process cannot be replaced behind our back.
  return isServer ? knowModel(session) : knownByStatement(session.identity)
}

/**
 * Returns how each opening ended. Once one is open the others have a little time left: a machine that hangs must not hold
 * up those that work. What opens too late is closed and looked for later.
 */
async function settledWithGrace(
  openings: readonly Promise<Opened>[],
  clock: Clock,
): Promise<PromiseSettledResult<Opened>[]> {
  if (openings.length === 1) return Promise.allSettled(openings)
  const over = Promise.any(openings).then(
    () => clock.sleep(GRACE_MS),
    () => undefined,
  )
  return Promise.all(
    openings.map(async (opening): Promise<PromiseSettledResult<Opened>> => {
      const ended = opening.then(
        (value) => ({ status: 'fulfilled', value }) as const,
        (reason: unknown) => ({ status: 'rejected', reason }) as const,
      )
      const late = over.then(() => null)
      const first = await Promise.race([ended, late])
      if (first) return first
      void opening.then(({ session }) => session.close()).catch(() => undefined)
      const failure = { kind: 'retry', reason: 'open_timeout', httpStatus: null } as const
      return { status: 'rejected', reason: requestError(failure, 'It did not open in time.') }
    }),
  )
}

/**
 * Opens a backend at all its addresses at once. The first that opens says which model it is; an address that serves
 * another model, or does not open, is left out and looked for again. Throws the first address's error when none opens.
 */
export async function openPool(kind: BackendKind, options: OpenPool): Promise<EndpointPool> {
  const { targets, env, clock = SYSTEM_CLOCK, notice, backendId, recognise } = options
  const opened = await settledWithGrace(
    targets.map(async ({ config, isServer }) => {
      const session = await kind.open(config, env)
      try {
        return { session, known: await know(session, isServer) }
      } catch (error) {
        await session.close()
        throw error
      }
    }),
    clock,
  )
  const first = opened.find((outcome) => outcome.status === 'fulfilled')?.value
  if (!first) throw (opened[0] as PromiseRejectedResult).reason
  const { session: shape } = first
  const recognised = targets.some(({ isServer }) => isServer) ? recognise?.(first.known) : undefined
  const expected = recognised?.known ?? first.known
  const endpoints = targets.map(({ name, config, isServer }, n) => {
    const outcome = opened[n] as (typeof opened)[number]
    const reopen = async () => {
      const fresh = await kind.open(config, env)
      try {
        if (modelDifference(expected, await knowModel(fresh)) === null) return fresh
        // Asked twice before a job is stopped for it: the noise of a busy server does not come the same way again.
        const found = await knowModel(fresh)
        const why = modelDifference(expected, found)
        if (why === null) return fresh
        recognise?.(found)
        throw pausingError('model_changed', why, { backendId })
      } catch (error) {
        await fresh.close()
        throw error
      }
    }
    const make = (session: BackendSession | null) =>
      new Endpoint(session, {
        name,
        limits: shape.limits,
        clock,
        notice,
        model: expected.replied,
        ...(isServer
          ? { watch: { reopen, lookBriefly: (open) => lookBriefly(open, expected) } }
          : {}),
      })
    if (outcome.status === 'rejected') {
      const endpoint = make(null)
      endpoint.trouble = errorMessage(outcome.reason)
      notice(`${name} is left out: ${endpoint.trouble}`)
      return endpoint
    }
    const { session, known } = outcome.value
    const why = session === shape ? null : modelDifference(expected, known)
    if (why === null) return make(session)
    void session.close()
    const endpoint = make(null)
    endpoint.refuse(why)
    return endpoint
  })
  const limits = limitsOf(shape.limits, targets.length)
  const { id: fingerprint = null, isNamesake = false } = recognised ?? {}
  const identity = {
    ...shape.identity,
    ...(isNamesake && fingerprint !== null ? { fingerprint } : {}),
  }
  const answer = expected.vector
  return new EndpointPool({ backendId, identity, fingerprint, answer, limits, shape, endpoints })
}

/** Returns a pool of one session that is open already, for engines in this process and for tests. */
export function poolOf(
  session: BackendSession,
  options: {
    backendId: string
    clock?: Clock
    fingerprint?: string | null
    notice?: (message: string) => void
  },
): EndpointPool {
  const { backendId, clock = SYSTEM_CLOCK, fingerprint = null, notice = () => undefined } = options
  const { identity, limits } = session
  const endpoint = new Endpoint(session, { name: identity.model, limits, clock, notice })
  const endpoints = [endpoint]
  const shape = session
  const answer = null
  return new EndpointPool({ backendId, identity, fingerprint, answer, limits, shape, endpoints })
}
