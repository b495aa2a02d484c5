import type { z } from 'zod'
import { AppError, errorCode } from '@/lib/errors'
import type { HttpClient } from '../http/client'
import { fieldsOf } from './wire'

const QUICK_MS = 10_000
// Hosted services list hundreds of models.
const MOST_BYTES = 4 * 1024 * 1024

/** Returns what GET `path` answers: a small description of a server or its models. */
export async function getJson(
  client: HttpClient,
  path: string,
  signal?: AbortSignal,
  withoutKey = false,
): Promise<unknown> {
  const limits = { timeoutMs: QUICK_MS, maxBytes: MOST_BYTES, signal }
  return (await client.send({ method: 'GET', path, withoutKey, ...limits })).json
}

/** Returns what GET `path` answers, or null where the server has no such answer; throws when nothing answers at all. */
export async function askIfOffered<T>(
  client: HttpClient,
  path: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T | null> {
  try {
    return schema.safeParse(await getJson(client, path, signal)).data ?? null
  } catch (error) {
    const answered = error instanceof AppError && typeof error.details?.httpStatus === 'number'
    if (!answered) throw error
    return null
  }
}

/**
 * Returns the fields that GET `path` answers, none where the server does not have the route. A refused key and a server
 * that is busy are thrown: what the route says becomes part of the identity, which must not change with the load.
 */
export async function fieldsIfOffered(
  client: HttpClient,
  path: string,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  try {
    return fieldsOf(await getJson(client, path, signal), 'the top')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'capability_missing' || code === 'data_error') return {}
    throw error
  }
}
