import { and, eq, inArray, isNull, lt, not } from 'drizzle-orm'
import { backendKeys, backends } from '@/db/schema'
import { serverAddress } from '@/lib/backends/detect/server-address'
import { AppError } from '@/lib/errors'
import type { Queryable } from '@/lib/queue/queue'
import { isKeyVariable, requireKeyVariable, unsetKeyError } from './key-variables'
import { masterKeyProblem, seal, unseal } from './secrets'

type Environment = Record<string, string | undefined>
type Settings = Record<string, unknown>

const STORED_PREFIX = 'EVOLENS_STORED_KEY_'
// A key that was typed for a backend which was never saved is of no use the next day.
const KEEP_DRAFT_MS = 24 * 3600 * 1000
// Far above every service's keys.
const MOST_CHARACTERS = 4_000

/** Returns the name under which a backend's stored key stands in `keyEnv`, in place of a variable's name. */
export function storedKeyName(backendId: string): string {
  return STORED_PREFIX + backendId.replaceAll('-', '_').toUpperCase()
}

function ownerOf(name: unknown): string | null {
  if (typeof name !== 'string' || !name.startsWith(STORED_PREFIX)) return null
  return name.slice(STORED_PREFIX.length).replaceAll('_', '-').toLowerCase()
}

/** Returns whether settings take their key from the store. */
export function usesStoredKey(config: Settings): boolean {
  return ownerOf(config['keyEnv']) !== null
}

/** Throws `invalid_input` when settings name a variable as their key that is not sent to servers. */
export function refuseReservedKey(config: Settings): void {
  const { keyEnv } = config
  if (typeof keyEnv === 'string' && keyEnv !== '') requireKeyVariable(keyEnv)
}

/** Returns whether the variable that settings name as their key is set in this process; null when they name none. */
export function keyVariableIsSet(config: Settings, env: Environment = process.env): boolean | null {
  const { keyEnv } = config
  if (typeof keyEnv !== 'string' || keyEnv === '' || usesStoredKey(config)) return null
  return isKeyVariable(keyEnv, env) && Boolean(env[keyEnv])
}

/**
 * Throws `data_error` when settings name a variable as their key that this process, the worker, does not have;
 * `setWhereAsked` says whether the process that asked has it.
 */
export function requireKeyIsSet(config: Settings, setWhereAsked: boolean | null): void {
  refuseReservedKey(usesStoredKey(config) ? {} : config)
  if (keyVariableIsSet(config) === false)
    throw unsetKeyError(String(config['keyEnv']), setWhereAsked === true)
}

/** Returns the origins that a backend's requests go to, sorted: its address and its replicas'. */
export function originsOf(config: Settings): string[] {
  const replicas = Array.isArray(config['replicas']) ? config['replicas'] : []
  const origins = [config['baseUrl'], ...replicas].flatMap((address) => {
    try {
      return typeof address === 'string' ? [new URL(serverAddress(address)).origin] : []
    } catch {
      return []
    }
  })
  return [...new Set(origins)].sort()
}

/** Returns whether settings reach an origin that others did not: a key must not follow them there by itself. */
export function reachesFurther(config: Settings, before: Settings): boolean {
  const known = new Set(originsOf(before))
  return originsOf(config).some((origin) => !known.has(origin))
}

/** Seals and stores the key of a backend for these origins; replaces an older one. Also drops forgotten drafts. */
export function storeKey(
  db: Queryable,
  backendId: string,
  key: string,
  origins: readonly string[],
  now = Date.now(),
): void {
  const text = key.trim()
  // Anything else cannot stand in a header, and would make the request fail with a message that shows it.
  if (!/^[\x21-\x7e]+$/.test(text) || text.length > MOST_CHARACTERS) {
    throw new AppError(
      'invalid_input',
      `A key is one word of printable ASCII, at most ${MOST_CHARACTERS} characters. Copy it again without blanks.`,
    )
  }
  const row = { ...seal(text, backendId), origins: [...origins], createdAt: now }
  db.insert(backendKeys)
    .values({ backendId, ...row })
    .onConflictDoUpdate({ target: backendKeys.backendId, set: row })
    .run()
  dropForgottenKeys(db, now)
}

/** Removes the stored key of a backend. */
export function dropKey(db: Queryable, backendId: string): void {
  db.delete(backendKeys).where(eq(backendKeys.backendId, backendId)).run()
}

/** Removes keys whose backend is gone for good, or was never saved. */
export function dropForgottenKeys(db: Queryable, now = Date.now()): void {
  db.delete(backendKeys)
    .where(
      and(
        lt(backendKeys.createdAt, now - KEEP_DRAFT_MS),
        not(inArray(backendKeys.backendId, db.select({ id: backends.id }).from(backends))),
      ),
    )
    .run()
}

/** Returns the origins that the key stored under this id may be sent to; null when there is no such key. */
export function keyOrigins(db: Queryable, backendId: string): string[] | null {
  const found = db
    .select({ origins: backendKeys.origins })
    .from(backendKeys)
    .where(eq(backendKeys.backendId, backendId))
    .get()
  return found?.origins ?? null
}

/**
 * Lets a key that was typed for a detection serve the backend that is saved with it, its replicas included; throws
 * `invalid_input` when the key is gone or was typed for another address.
 */
export function adoptKey(db: Queryable, backendId: string, config: Settings): void {
  const typedFor = keyOrigins(db, backendId)
  const origins = originsOf(config)
  const [main] = originsOf({ baseUrl: config['baseUrl'] })
  if (typedFor === null || main === undefined || !typedFor.includes(main)) {
    throw new AppError('invalid_input', 'The key was typed for another address. Enter it again.')
  }
  db.update(backendKeys).set({ origins }).where(eq(backendKeys.backendId, backendId)).run()
}

/**
 * Returns the secret that `keyEnv` names: a variable of the environment, or a stored key. A stored key is only given out
 * for origins that it was entered for. Throws `invalid_input` with the remedy; the message never holds the key.
 */
export function readSecret(
  db: Queryable,
  name: string,
  env: Environment = process.env,
): string | undefined {
  const owner = ownerOf(name)
  if (owner === null) {
    requireKeyVariable(name, env)
    return env[name] || undefined
  }
  const stored = db.select().from(backendKeys).where(eq(backendKeys.backendId, owner)).get()
  if (!stored) {
    throw new AppError('invalid_input', 'The stored key is gone. Enter it again.')
  }
  const row = db
    .select({ config: backends.config })
    .from(backends)
    .where(and(eq(backends.id, owner), isNull(backends.deletedAt)))
    .get()
  if (row && originsOf(row.config).some((origin) => !stored.origins.includes(origin))) {
    throw new AppError(
      'invalid_input',
      'The key was entered for another address. Enter it again for this one.',
    )
  }
  return unseal(stored, owner, env)
}

/** Returns whether the key that settings name can be read; null when they name none. Never opens a stored one. */
export function keyIsSet(config: Settings, env: Environment = process.env): boolean | null {
  return usesStoredKey(config) ? masterKeyProblem(env) === null : keyVariableIsSet(config, env)
}
