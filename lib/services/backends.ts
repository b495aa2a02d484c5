import { randomUUID } from 'node:crypto'
import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import { backends, jobs } from '@/db/schema'
import {
  BACKEND_KINDS,
  BUILT_IN_BACKENDS,
  FAKE_BACKEND,
  getBackendKind,
  STAND_IN_KINDS,
} from '@/lib/backends'
import type { CapabilityTable, ProbeResult } from '@/lib/backends/types'
import type { BackendInfo, BackendKindInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { enqueue, toJob, type Queryable } from '@/lib/jobs/queue'
import { describeParams } from '@/lib/metrics'

/** A stored backend. */
export type BackendRow = typeof backends.$inferSelect

/** A backend as a user sets it up. */
export const backendInputSchema = z.object({
  kind: z.string(),
  label: z.string().trim().min(1).max(80),
  config: z.record(z.string(), z.unknown()).default({}),
})
export type BackendInput = z.infer<typeof backendInputSchema>

/** What may be changed later. */
export const backendPatchSchema = z.object({
  label: z.string().trim().min(1).max(80).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
})
export type BackendPatch = z.infer<typeof backendPatchSchema>

// Somebody waits for a probe, so it goes before other short jobs.
const PROBE_PRIORITY = 20

type Environment = Record<string, string | undefined>

function standInsWanted(env: Environment): boolean {
  return env.EVOLENS_ENABLE_FAKE === '1'
}

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

/** Returns the backends that can be used, built-in ones first. */
export function listBackendRows(db: Queryable): BackendRow[] {
  return db
    .select()
    .from(backends)
    .where(isNull(backends.deletedAt))
    .orderBy(desc(backends.builtIn), asc(backends.createdAt))
    .all()
}

function keyIsSet(config: Record<string, unknown>): boolean | null {
  const { keyEnv } = config
  return typeof keyEnv === 'string' && keyEnv ? Boolean(process.env[keyEnv]) : null
}

function kindLabel(id: string): string {
  return BACKEND_KINDS.find((kind) => kind.id === id)?.label ?? id
}

/** Returns a backend as pages show it; keys are only ever "set" or not. */
export function toBackendInfo(row: BackendRow): BackendInfo {
  return {
    id: row.id,
    kind: row.kind,
    kindLabel: kindLabel(row.kind),
    label: row.label,
    builtIn: row.builtIn,
    config: row.config,
    probe: row.probe as BackendInfo['probe'],
    probedAt: row.probedAt,
    keyIsSet: keyIsSet(row.config),
  }
}

/** Returns every backend that can be used. */
export function listBackends(db: Queryable): BackendInfo[] {
  return listBackendRows(db).map(toBackendInfo)
}

/** Returns one backend. */
export function getBackend(db: Queryable, id: string): BackendInfo {
  return toBackendInfo(getBackendRow(db, id))
}

/** Returns the kinds that forms offer, with their settings as fields; stand-ins only where EVOLENS_ENABLE_FAKE is 1. */
export function listBackendKinds(env: Environment = process.env): BackendKindInfo[] {
  const offered = BACKEND_KINDS.filter(
    (kind) => standInsWanted(env) || !STAND_IN_KINDS.has(kind.id),
  )
  return offered.map(({ id, label, description, capabilities, config }) => ({
    id,
    label,
    description,
    capabilities: [...capabilities],
    params: describeParams(config),
  }))
}

function parseConfig(kindId: string, config: unknown): Record<string, unknown> {
  const parsed = getBackendKind(kindId).config.safeParse(config)
  if (parsed.success) return parsed.data as Record<string, unknown>
  const issue = parsed.error.issues[0]
  throw new AppError('invalid_input', `${issue?.path.join('.') || 'config'}: ${issue?.message}`)
}

/** Queues a probe of a backend, or returns the one that waits already. The worker does it: engines never open here. */
export function requestProbe(db: Queryable, id: string): Job {
  const row = getBackendRow(db, id)
  const waiting = db
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, 'probe'), eq(jobs.state, 'queued')))
    .all()
    .find((job) => job.payload['backendId'] === id)
  if (waiting) return toJob(waiting)
  return enqueue(db, {
    kind: 'probe',
    payload: { backendId: id },
    title: `Test ${row.label}`,
    priority: PROBE_PRIORITY,
    progress: { unit: 'steps' },
  })
}

/** Adds a backend and queues its probe. */
export function addBackend(db: Queryable, input: BackendInput): { backend: BackendInfo; job: Job } {
  const config = parseConfig(input.kind, input.config)
  const row = db
    .insert(backends)
    .values({
      id: randomUUID(),
      kind: input.kind,
      label: input.label,
      config,
      createdAt: Date.now(),
    })
    .returning()
    .get()
  return { backend: toBackendInfo(row), job: requestProbe(db, row.id) }
}

function origin(config: Record<string, unknown>): string | null {
  try {
    return new URL(String(config.baseUrl)).origin
  } catch {
    return null
  }
}

/**
 * Changes a backend and queues a new probe. When its origin changes, the name of its key variable is cleared unless the
 * same change names one, so that a key never reaches another host by accident.
 */
export function updateBackend(
  db: Queryable,
  id: string,
  patch: BackendPatch,
): { backend: BackendInfo; job: Job | null } {
  const row = getBackendRow(db, id)
  let config = row.config
  if (patch.config) {
    const merged = { ...row.config, ...patch.config }
    if (
      origin(merged) !== origin(row.config) &&
      !('keyEnv' in patch.config) &&
      'keyEnv' in merged
    ) {
      merged.keyEnv = null
    }
    config = parseConfig(row.kind, merged)
  }
  const changed = JSON.stringify(config) !== JSON.stringify(row.config)
  db.update(backends)
    .set({
      label: patch.label ?? row.label,
      config,
      ...(changed ? { probe: null, probedAt: null } : {}),
    })
    .where(eq(backends.id, id))
    .run()
  return { backend: getBackend(db, id), job: changed ? requestProbe(db, id) : null }
}

/** Deletes a backend (it can be restored for 7 days); built-in ones stay. Runs keep their cards. */
export function deleteBackend(db: Queryable, id: string): void {
  const row = getBackendRow(db, id)
  if (row.builtIn) throw new AppError('conflict', 'Built-in backends cannot be deleted.')
  db.update(backends).set({ deletedAt: Date.now() }).where(eq(backends.id, id)).run()
}

/** Undoes a deletion. */
export function restoreBackend(db: Queryable, id: string): BackendInfo {
  db.update(backends).set({ deletedAt: null }).where(eq(backends.id, id)).run()
  return getBackend(db, id)
}

/** Queues probes of the built-in backends that were never tested, or could do nothing then: their files may be here now. */
export function probeBuiltIns(db: Queryable): void {
  for (const row of listBackendRows(db)) {
    const table = (row.probe?.capabilities ?? {}) as Partial<CapabilityTable>
    const able = Object.values(table).some((capability) => capability.state === 'yes')
    if (row.builtIn && !able) requestProbe(db, row.id)
  }
}

/** Stores what a probe found. */
export function saveProbe(db: Queryable, id: string, probe: ProbeResult, now = Date.now()): void {
  const plain = JSON.parse(JSON.stringify(probe)) as Record<string, unknown>
  db.update(backends).set({ probe: plain, probedAt: now }).where(eq(backends.id, id)).run()
}
