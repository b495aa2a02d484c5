import { errorCode, errorMessage, throwIfAborted, type AppError } from '@/lib/errors'
import type { Endpoint } from './endpoint'
import type { EndpointPool } from './endpoint-pool'
import type { CallKind } from './checked-calls'
import { failureOf, isPausing, pausingError, requestError } from './request-error'

/** A request that failed for good. */
interface Failed {
  pool: EndpointPool
  endpoint: Endpoint | null
  kind: CallKind
  /** Inputs that it held. */
  inputs: number
  error: unknown
  /** Two tokens that the model knows, where scores were asked for. */
  sample: Int32Array | null
  signal: AbortSignal | undefined
}

type SmallTalk = 'answers' | { error: unknown }

async function askSmall({ endpoint, kind, sample, signal }: Failed): Promise<SmallTalk> {
  try {
    await endpoint?.askSmall(kind, sample, signal)
    return 'answers'
  } catch (error) {
    throwIfAborted(signal)
    return { error }
  }
}

function badReplies({ pool, error }: Failed): AppError {
  return pausingError(
    'bad_replies',
    `The backend's replies cannot be believed, so the job stopped asking: ${errorMessage(error)} Test the backend, then resume.`,
    { backendId: pool.parts.backendId, cause: error },
  )
}

function down({ pool, endpoint }: Failed, error: unknown): AppError {
  if (endpoint) endpoint.trouble = errorMessage(error)
  return pool.unavailable(error)
}

/**
 * Returns what a request's final failure means: an error of this input (`data_error`, kinds `row` and `split`), of all
 * inputs, or one that pauses the job. Where an input is suspected, a small question tells whether the server is well.
 */
export async function settleFailure(failed: Failed): Promise<unknown> {
  const { endpoint, inputs, error } = failed
  if (errorCode(error) === 'cancelled' || isPausing(error)) return error
  const failure = failureOf(error)
  const { kind, maxRetries } = failure
  if (kind === 'data_error' && inputs === 1) {
    const talk = await askSmall(failed)
    if (talk === 'answers') return endpoint?.badReply() ? badReplies(failed) : error
    const said = failureOf(talk.error).kind
    return said === 'retry' || said === 'wait' ? down(failed, talk.error) : badReplies(failed)
  }
  if (kind !== 'retry' && kind !== 'wait') return error
  if (maxRetries === undefined) return down(failed, error)
  const talk = await askSmall(failed)
  if (talk !== 'answers') {
    const said = failureOf(talk.error).kind
    // A server that is back and refuses the key says more than the failure before.
    return said === 'config' ? talk.error : down(failed, error)
  }
  const details = { ...failure, kind: inputs > 1 ? 'split' : 'row' } as const
  return requestError(
    details,
    `${errorMessage(error)} It fails with this text again and again, while the backend answers others.`,
    { cause: error },
  )
}
