import { AppError, throwIfAborted } from '@/lib/errors'
import { createHttpClient, type HttpClientOptions } from '../http/client'
import { lookAt, type Look } from './look'
import { DETECT_RULES, type Found } from './rules'
import { serverAddress } from './server-address'

/** What was found at an address. */
export interface Detection extends Found {
  /** The address that the paths of the dialect are appended to. */
  baseUrl: string
  /** Whether the list of models was refused without a (valid) key. */
  keyNeeded: boolean
  /** Whether a key was sent: then the server refused that one. */
  keySent: boolean
  /** What was asked and what came, for people. */
  evidence: string[]
}

function evidence(look: Look): string[] {
  return look.seen.map(({ path, status, said }) =>
    status === null
      ? `${path}: no answer in time`
      : `${path}: ${status === 200 ? 'answered' : said}`,
  )
}

/**
 * Finds out which kind of server listens at an address: a few small GET requests of 3 s each, by fixed rules in order.
 * Throws `backend_unavailable` when nothing answers and `capability_missing` when no rule knows what does.
 */
export async function detectServer(
  options: HttpClientOptions,
  signal?: AbortSignal,
): Promise<Detection> {
  const baseUrl = serverAddress(options.baseUrl)
  const client = createHttpClient({ ...options, baseUrl })
  try {
    const look = lookAt(client, signal)
    for (const rule of DETECT_RULES) {
      throwIfAborted(signal)
      const found = await rule(look, new URL(baseUrl))
      if (!found) continue
      const keyNeeded = look.seen.some(({ status }) => status === 401 || status === 403)
      const keySent = options.key() !== undefined
      return { ...found, baseUrl, keyNeeded, keySent, evidence: evidence(look) }
    }
    throw new AppError(
      'capability_missing',
      `Something answers at ${new URL(baseUrl).host}, but it is no inference server that is known here. Check the port and the path, or choose the kind yourself.`,
      { details: { evidence: evidence(look) } },
    )
  } finally {
    client.close()
  }
}
