import { randomUUID } from 'node:crypto'
import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { backends } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { BACKEND_KINDS, BUILT_IN_BACKENDS, FAKE_BACKEND } from '@/lib/backends'
import type { ModelDirs } from '@/lib/models/paths'
import type { CapabilityTable } from '@/lib/backends/types'
import {
  probeInfoSchema,
  type BackendInfo,
  type BackendInput,
  type BackendPatch,
} from '@/lib/contracts/backends'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { Job } from '@/lib/contracts/job'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import { AppError, type ErrorCode } from '@/lib/errors'
import { openJobs } from '@/lib/queue/lookups'
import { enqueue, type Queryable } from '@/lib/queue/queue'
import { parseSettings, standInsWanted } from './config'
import {
  adoptKey,
  dropKey,
  keyIsSet,
  keyVariableIsSet,
  originsOf,
  reachesFurther,
  refuseReservedKey,
  storeKey,
  storedKeyName,
  usesStoredKey,
} from './keys'
import { probeState } from './probes'
import { refuseBeyond } from '../row-limits'

/** A stored backend. */
export type BackendRow = typeof backends.$inferSelect

// Somebody waits for a probe, so it goes before other short jobs.
const PROBE_PRIORITY = 20

type Environment = Record<string, string | undefined>

/** Makes sure that the built-in backends are there; the fake one only where EVOLENS_ENABLE_FAKE is 1. */
export function ensureBuiltInBackends(db: Queryable, env: Environment = process.env): void {
  const wanted = [...BUILT_IN_BACKENDS, ...(standInsWanted(env) ? [FAKE_BACKEND] : [])]
  const now = Date.now()
  wanted.forEach(({ id, kind, label, config }, position) => {
    db.insert(backends)
      // Creation times in order keep the order of preference.
      .values({ id, kind, label, config, builtIn: true, createdAt: now + position })
      .onConflictDoNothing()
      .run()
  })
}

/** Returns the row of a backend; throws `not_found` when it is not there or deleted. */
export function getBackendRow(db: Queryable, id: string): BackendRow {
  const row = db
    .select()
    .from(backends)
    .where(and(eq(backends.id, id), isNull(backends.deletedAt)))
    .get()
  if (!row)
    throw new AppError('not_found', 'There is no such backend. Choose one on the Backends page.')
  return row
}

/** Returns the backends that can be used, built-in ones first; those that cannot be read are left out. */
export function listBackendRows(db: Queryable): BackendRow[] {
  return readBackendRows(db).rows
}

function readBackendRows(db: Queryable) {
  const query = db
    .select()
    .from(backends)
    .where(isNull(backends.deletedAt))
    .orderBy(desc(backends.builtIn), asc(backends.createdAt))
  return readableRows(() => query.all())
}

function toBackendInfo(db: Queryable, row: BackendRow): BackendInfo {
  const stored = usesStoredKey(row.config)
  const kind = BACKEND_KINDS.find(({ id }) => id === row.kind)
  return {
    id: row.id,
    kind: row.kind,
    kindLabel: kind?.label ?? row.kind,
    label: row.label,
    builtIn: row.builtIn,
    offers: [...(kind?.capabilities ?? [])],
    // Pages know a stored key as "stored"; the name it stands under is ours.
    config: stored ? { ...row.config, keyEnv: null } : row.config,
    probe: row.probe && probeInfoSchema.parse(row.probe),
    probedAt: row.probedAt,
    keyStored: stored,
    keyIsSet: keyIsSet(row.config),
    ...probeState(db, row.id),
  }
}

/** Returns every backend; keys are only ever "set" or not. What cannot be read of one is the error of its probe. */
export function listBackends(db: Queryable): BackendInfo[] {
  const { rows, unreadable } = readBackendRows(db)
  return [
    ...rows.map((row) => toBackendInfo(db, row)),
    ...unreadable.map(({ row, error }) => ({
      ...toBackendInfo(db, { config: {}, ...row, probe: null } as BackendRow),
      probeError: error.message,
    })),
  ]
}

/** Returns those of these backends with this id or label, and the labels of all as messages list them; labels need not be unique. */
export function backendsNamed(
  backends: readonly BackendInfo[],
  nameOrId: string,
): { found: BackendInfo[]; labels: string } {
  const wanted = nameOrId.toLowerCase()
  return {
    found: backends.filter(({ id, label }) => id === nameOrId || label.toLowerCase() === wanted),
    labels: backends.map(({ label }) => `"${label}"`).join(', ') || 'none',
  }
}

/** Returns one backend. */
export function getBackend(db: Queryable, id: string): BackendInfo {
  return toBackendInfo(db, getBackendRow(db, id))
}

/** Queues a probe of a backend, or returns the one that waits already. The worker does it: engines never open here. */
export function requestProbe(db: Queryable, id: string): Job {
  const row = getBackendRow(db, id)
  const waiting = openJobs(db, 'probe', { backendId: id }).find((job) => job.state === 'queued')
  if (waiting) return waiting
  return enqueue(db, {
    kind: 'probe',
    payload: { backendId: id, keySetHere: keyVariableIsSet(row.config) },
    names: { backend: row.label },
    priority: PROBE_PRIORITY,
    progress: { unit: 'steps' },
  })
}

/** Adds a backend and queues its probe. A typed key is sealed first: without a master key nothing is added. */
export function addBackend(db: Queryable, input: BackendInput): { backend: BackendInfo; job: Job } {
  refuseReservedKey(input.config)
  const config = parseSettings(input.kind, input.config)
  const isTyped = input.key !== undefined
  const id = (isTyped ? undefined : input.keyDraft) ?? randomUUID()
  if (db.select({ id: backends.id }).from(backends).where(eq(backends.id, id)).get()) {
    throw new AppError('conflict', 'This backend was saved already. Reload the page.')
  }
  if (input.key !== undefined) storeKey(db, id, input.key, originsOf(config))
  else if (input.keyDraft !== undefined) adoptKey(db, id, config)
  if (isTyped || input.keyDraft !== undefined) config['keyEnv'] = storedKeyName(id)
  refuseBeyond(db, backends, LIMITS.backends, 'backends')
  const row = db
    .insert(backends)
    .values({ id, kind: input.kind, label: cleanName(input.label), config, createdAt: Date.now() })
    .returning()
    .get()
  const job = requestProbe(db, row.id)
  return { backend: toBackendInfo(db, row), job }
}

/** Returns the settings after a change; a key that may not follow to a new origin is taken out. */
function mergeSettings(row: BackendRow, patch: BackendPatch): Record<string, unknown> {
  const { keyEnv: before, ...others } = row.config
  const change = patch.config ?? {}
  refuseReservedKey(change)
  const merged: Record<string, unknown> = { ...others, ...change }
  const names = typeof change['keyEnv'] === 'string' && change['keyEnv'] !== ''
  if (patch.key !== undefined) merged['keyEnv'] = patch.key === null ? null : storedKeyName(row.id)
  else if (!names && before !== undefined) {
    // A form sends null for a stored key, whose name it never sees; for a variable, null takes it away.
    const keeps = usesStoredKey(row.config) || !('keyEnv' in change)
    merged['keyEnv'] = keeps && !reachesFurther(merged, row.config) ? before : null
  }
  return parseSettings(row.kind, merged)
}

/** Returns what a probe depends on; prices are not asked for anywhere. */
function decides({ prices: _prices, ...config }: Record<string, unknown>): string {
  return canonicalJson(config)
}

/**
 * Changes a backend and queues a new probe. When its requests would reach another origin, a stored key is deleted and the
 * name of a key variable cleared unless the same change gives one, so that a key never reaches another host by accident.
 */
export function updateBackend(
  db: Queryable,
  id: string,
  patch: BackendPatch,
): { backend: BackendInfo; job: Job | null } {
  const row = getBackendRow(db, id)
  if (row.builtIn && patch.key) {
    throw new AppError('invalid_input', 'Built-in backends take no key.')
  }
  const config = patch.config || patch.key !== undefined ? mergeSettings(row, patch) : row.config
  if (typeof patch.key === 'string') storeKey(db, id, patch.key, originsOf(config))
  else if (!usesStoredKey(config)) dropKey(db, id)
  const changed = typeof patch.key === 'string' || decides(config) !== decides(row.config)
  db.update(backends)
    .set({
      label: patch.label === undefined ? row.label : cleanName(patch.label),
      config,
      ...(changed ? { probe: null, probedAt: null } : {}),
    })
    .where(eq(backends.id, id))
    .run()
  const job = changed ? requestProbe(db, id) : null
  return { backend: getBackend(db, id), job }
}

/** Adds a copy of a backend without its stored key, which belongs to one backend only. */
export function duplicateBackend(db: Queryable, id: string): BackendInfo {
  const row = getBackendRow(db, id)
  const config = usesStoredKey(row.config) ? { ...row.config, keyEnv: null } : row.config
  const label = `${row.label.slice(0, 73)} (copy)`
  return addBackend(db, { kind: row.kind, label, config }).backend
}

/** Deletes a backend (it can be restored for 7 days); built-in ones stay. Runs keep their cards. */
export function deleteBackend(db: Queryable, id: string): void {
  // Whatever else the row holds: a backend that cannot be read can be deleted.
  const row = db
    .update(backends)
    .set({ deletedAt: Date.now() })
    .where(and(eq(backends.id, id), eq(backends.builtIn, false), isNull(backends.deletedAt)))
    .returning({ id: backends.id })
    .get()
  if (row) return
  getBackendRow(db, id)
  throw new AppError('conflict', 'Built-in backends cannot be deleted.')
}

/** Undoes a deletion. */
export function restoreBackend(db: Queryable, id: string): BackendInfo {
  db.update(backends).set({ deletedAt: null }).where(eq(backends.id, id)).run()
  return getBackend(db, id)
}

// What a probe fails with where the model file of the list, or the user's own, is not there.
const LACKS_FILES: ReadonlySet<unknown> = new Set<ErrorCode>(['capability_missing', 'not_found'])

/** Returns whether the last probe of a backend lacked files that are here now. */
export function filesReturned(row: BackendRow, dirs: ModelDirs): boolean {
  if (!LACKS_FILES.has(row.probe?.failed)) return false
  const kind = BACKEND_KINDS.find(({ id }) => id === row.kind)
  const config = kind?.config.safeParse(row.config)
  return config?.success === true && kind?.filesHere?.(config.data, dirs) === true
}

/** Queues probes of the backends whose files came back; `asked` remembers which, so that each return counts once. */
export function probeReturned(db: Queryable, dirs: ModelDirs, asked: Set<string>): void {
  for (const row of listBackendRows(db)) {
    if (!filesReturned(row, dirs)) asked.delete(row.id)
    else if (!asked.has(row.id)) {
      asked.add(row.id)
      requestProbe(db, row.id)
    }
  }
}

/** Queues probes of the built-in backends that were never tested, or could do nothing then: their files may be here now. */
export function probeBuiltIns(db: Queryable): void {
  for (const row of listBackendRows(db)) {
    const table = (row.probe?.capabilities ?? {}) as Partial<CapabilityTable>
    const able = Object.values(table).some((capability) => capability.state === 'yes')
    if (row.builtIn && !able) requestProbe(db, row.id)
  }
}
