import { pausingError, requestError } from '../session/request-error'

// Rounding in float32 may put a certain token just above zero.
const ROUNDING_NATS = 1e-3

/** Throws the `data_error` of a reply that cannot be believed; `reason` is its stable short code. */
export function wrongReply(reason: string, message: string): never {
  throw requestError({ kind: 'data_error', reason, httpStatus: 200 }, message)
}

/** Returns a JSON object's fields; throws `data_error` for anything else. */
export function fieldsOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    wrongReply('reply_shape', `The reply has no object at ${where}.`)
  }
  return value as Record<string, unknown>
}

/** Returns a JSON list; throws `data_error` for anything else. */
export function listOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) wrongReply('reply_shape', `The reply has no list at ${where}.`)
  return value
}

/** Returns a string or an empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : ''
}

/** Returns a positive whole number or null. */
export function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null
}

/**
 * Returns a natural log-probability: finite and at most 0. A value of -9998 or less is a clamped minus infinity; it is
 * passed on, because the metrics count such tokens and leave the row out.
 */
export function logprobOf(value: unknown, position: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value > ROUNDING_NATS) {
    const got = typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value
    wrongReply('score', `Token ${position} has no log-probability (${got}).`)
  }
  return value > 0 ? 0 : value
}

/** Returns the ids in a JSON list; throws `data_error` unless all are whole numbers from 0 on. */
export function idsOf(value: unknown, where: string): Int32Array {
  const list = listOf(value, where)
  const ids = new Int32Array(list.length)
  for (let i = 0; i < list.length; i += 1) {
    const id = list[i]
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > 2 ** 31 - 1) {
      wrongReply('reply_shape', `Entry ${i} of ${where} is not a token id.`)
    }
    ids[i] = id as number
  }
  return ids
}

/**
 * Returns the entries of a list in the order of the inputs by their own `index`; an index that is missing, doubled or out
 * of range, or another number of entries, is a `data_error`. One entry without an index belongs to a single input.
 */
export function byIndex(entries: readonly unknown[], count: number): Record<string, unknown>[] {
  if (entries.length !== count) {
    wrongReply('count', `${entries.length} results came back for ${count} inputs.`)
  }
  const ordered = Array.from<Record<string, unknown> | undefined>({ length: count })
  for (const [at, entry] of entries.entries()) {
    const fields = fieldsOf(entry, `result ${at}`)
    const index = count === 1 && fields.index === undefined ? 0 : fields.index
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= count) {
      wrongReply('index', 'The indices of the results do not match the inputs.')
    }
    if (ordered[index as number]) wrongReply('index', 'An index of the results comes twice.')
    ordered[index as number] = fields
  }
  return ordered as Record<string, unknown>[]
}

/** Pauses the job when a reply names another model than the one that was opened. */
export function checkModel(replied: unknown, opened: string): void {
  if (typeof replied === 'string' && replied !== '' && replied !== opened) {
    throw pausingError(
      'model_changed',
      `The server now answers as ${replied.slice(0, 200)}, not as ${opened}. Test the backend again.`,
    )
  }
}
