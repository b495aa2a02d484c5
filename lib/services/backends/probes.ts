import { and, desc, eq } from 'drizzle-orm'
import { keepNewest, newest } from '@/db/newest'
import { backendProbes, backends } from '@/db/schema'
import type { ProbeResult, ProbeStep } from '@/lib/backends/types'
import type { BackendHistory, BackendInfo } from '@/lib/contracts/backends'
import { openJobs } from '@/lib/queue/lookups'
import type { Queryable } from '@/lib/queue/queue'
import { listIdentities, modelChange, recordIdentity } from './identities'

// More than anybody looks back; a probe's steps are a few kilobytes.
const KEPT_PROBES = 20

/** Opens the record of a probe and returns its number; a record that a dead worker left open is closed. */
export function beginProbe(
  db: Queryable,
  backendId: string,
  jobId: string,
  now = Date.now(),
): number {
  closeLeftProbes(db, backendId, now)
  const { no } = db
    .insert(backendProbes)
    .values({ backendId, jobId, state: 'running', steps: [], startedAt: now })
    .returning({ no: backendProbes.no })
    .get()
  keepNewest(
    db,
    backendProbes,
    backendProbes.no,
    eq(backendProbes.backendId, backendId),
    KEPT_PROBES,
  )
  return no
}

/** Closes records of probes whose worker is gone; of one backend, or of all. */
export function closeLeftProbes(db: Queryable, backendId?: string, now = Date.now()): void {
  db.update(backendProbes)
    .set({ state: 'failed', error: 'The worker ended before the probe did.', finishedAt: now })
    .where(
      and(
        eq(backendProbes.state, 'running'),
        backendId === undefined ? undefined : eq(backendProbes.backendId, backendId),
      ),
    )
    .run()
}

/** Writes the steps that a running probe has decided so far. */
export function saveProbeSteps(db: Queryable, no: number, steps: readonly ProbeStep[]): void {
  db.update(backendProbes)
    .set({ steps: [...steps] })
    .where(eq(backendProbes.no, no))
    .run()
}

/** Closes a probe that could not be carried out, with the reason. What an earlier one found stays. */
export function failProbe(db: Queryable, no: number, error: string, now = Date.now()): void {
  db.update(backendProbes)
    .set({ state: 'failed', error, finishedAt: now })
    .where(eq(backendProbes.no, no))
    .run()
}

/** Stores what a probe found beside its backend, and which model answered; `no` is the record to close, if any. */
export function saveProbe(
  db: Queryable,
  backendId: string,
  probe: ProbeResult,
  now = Date.now(),
  no: number | null = null,
): void {
  db.update(backends).set({ probe, probedAt: now }).where(eq(backends.id, backendId)).run()
  // A server that did not say which model answers (it failed every step) is no other model.
  const able = Object.values(probe.capabilities).some(({ state }) => state === 'yes')
  const identityNo = able ? recordIdentity(db, backendId, probe, now) : null
  if (no === null) return
  db.update(backendProbes)
    .set({ state: 'done', steps: probe.steps, identityNo, finishedAt: now })
    .where(eq(backendProbes.no, no))
    .run()
}

/** Returns what probes say of a backend beside their result: one that waits or runs, the last failure, a changed model. */
export function probeState(
  db: Queryable,
  backendId: string,
  now = Date.now(),
): Pick<BackendInfo, 'probing' | 'probeError' | 'modelChange'> {
  const last = newest(db, backendProbes, backendProbes.no, eq(backendProbes.backendId, backendId))
  const job = openJobs(db, 'probe', { backendId }).findLast(({ state }) => state !== 'paused')
  const steps = last?.state === 'running' ? last.steps : []
  return {
    probing: job
      ? { jobId: job.id, state: job.state === 'running' ? 'running' : 'waiting', steps }
      : null,
    probeError: last?.state === 'failed' ? (last.error ?? 'The probe failed.') : null,
    modelChange: modelChange(db, backendId, now),
  }
}

/** Returns the models that were found behind a backend and its latest probes, newest first. */
export function backendHistory(db: Queryable, backendId: string): BackendHistory {
  const probes = db
    .select()
    .from(backendProbes)
    .where(eq(backendProbes.backendId, backendId))
    .orderBy(desc(backendProbes.no))
    .all()
    .map(({ steps, backendId: _backend, jobId: _job, ...probe }) => ({
      ...probe,
      passed: steps.filter((step) => step.state === 'pass').length,
      failed: steps.filter((step) => step.state === 'fail').length,
    }))
  return { identities: listIdentities(db, backendId), probes }
}
