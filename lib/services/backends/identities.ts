import { and, desc, eq, isNotNull } from 'drizzle-orm'
import { backendIdentities, backendProbes } from '@/db/schema'
import { compareVectors } from '@/lib/backends/probe/identity'
import type { ProbeResult, ProbeVector } from '@/lib/backends/types'
import type { IdentityRecord, ModelChange } from '@/lib/contracts/backends'
import type { Queryable } from '@/lib/queue/queue'

type IdentityRow = typeof backendIdentities.$inferSelect

// A changed model is told for as long as deletions can be undone; the history keeps it.
const NEWS_MS = 7 * 24 * 3600 * 1000

function vectorOf(row: IdentityRow): ProbeVector | null {
  if (!row.vector) return null
  return { ...row.vector, tolerance: row.tolerance ?? 0 }
}

// What describes a model; names and versions of servers do not.
const DESCRIPTION = ['model', 'revision', 'dtype', 'tokenizer'] as const

/** Whether two identities describe the same model, where no vector can decide. */
function sameDescription(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return DESCRIPTION.every((name) => (a[name] ?? null) === (b[name] ?? null))
}

/** Whether both state a number format and it is another one: another model, however near its answers are. */
function otherFormat(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const known = [a['dtype'], b['dtype']].filter((dtype) => dtype && dtype !== 'unknown')
  return known.length === 2 && known[0] !== known[1]
}

/**
 * Stores which model was found behind a backend and returns the number of its identity: a known one when the probe
 * vector lies within the tolerance of a stored one, a new one otherwise.
 */
export function recordIdentity(
  db: Queryable,
  backendId: string,
  probe: ProbeResult,
  now: number,
): number {
  const known = identityRows(db, backendId)
  const vector = probe.vector ?? null
  const identity = { ...probe.identity } as Record<string, unknown>
  const match = known.find((row) => {
    if (otherFormat(row.identity, identity)) return false
    const { verdict } = compareVectors(vectorOf(row), vector)
    if (verdict === 'unknown') return sameDescription(row.identity, identity)
    // The same scores under another name are the same weights, but runs cite the name.
    return verdict === 'same' && row.identity['model'] === identity['model']
  })
  const values = {
    identity,
    lastSeenAt: now,
    // A probe that lost its scores (a server started otherwise) does not lose what is known.
    ...(vector
      ? {
          vector: { of: vector.of, labels: vector.labels, values: vector.values },
          tolerance: vector.tolerance,
        }
      : {}),
  }
  if (match) {
    // The first vector stays: noise must not carry the reference away step by step.
    const { identity: latest, lastSeenAt } = values
    db.update(backendIdentities)
      .set(match.vector ? { identity: latest, lastSeenAt } : values)
      .where(eq(backendIdentities.no, match.no))
      .run()
    return match.no
  }
  return db
    .insert(backendIdentities)
    .values({ backendId, firstSeenAt: now, ...values })
    .returning({ no: backendIdentities.no })
    .get().no
}

function identityRows(db: Queryable, backendId: string): IdentityRow[] {
  return db
    .select()
    .from(backendIdentities)
    .where(eq(backendIdentities.backendId, backendId))
    .orderBy(desc(backendIdentities.lastSeenAt), desc(backendIdentities.no))
    .all()
}

/** Returns in words how one identity differs from another. */
function changeOf(before: IdentityRow, after: IdentityRow): string {
  const { verdict, reason } = compareVectors(vectorOf(before), vectorOf(after))
  if (verdict === 'different' && !otherFormat(before.identity, after.identity)) return reason
  const parts = DESCRIPTION.flatMap((name) => {
    const [then, now] = [before.identity[name] ?? 'unknown', after.identity[name] ?? 'unknown']
    return then === now ? [] : [`${name} ${String(now)} instead of ${String(then)}`]
  })
  return parts.length > 0 ? `It states ${parts.join(', ')}.` : reason
}

/** Returns the latest change of the model behind one name, for as long as it is news; null when there is none. */
export function modelChange(db: Queryable, backendId: string, now: number): ModelChange | null {
  const probes = db
    .select({ identityNo: backendProbes.identityNo, at: backendProbes.startedAt })
    .from(backendProbes)
    .where(and(eq(backendProbes.backendId, backendId), isNotNull(backendProbes.identityNo)))
    .orderBy(desc(backendProbes.no))
    .all()
  const index = probes.findIndex(({ identityNo }, i) => {
    const before = probes[i + 1]
    return before !== undefined && before.identityNo !== identityNo
  })
  const [after, before] = [probes[index], probes[index + 1]]
  if (!after || !before || after.at < now - NEWS_MS) return null
  const rows = identityRows(db, backendId)
  const is = rows.find((row) => row.no === after.identityNo)
  const was = rows.find((row) => row.no === before.identityNo)
  // Asking for another model by name is no surprise.
  if (!is || !was || is.identity['model'] !== was.identity['model']) return null
  return { at: after.at, model: String(is.identity['model']), reason: changeOf(was, is) }
}

/** Returns the models that were found behind a backend, the newest one first. */
export function listIdentities(db: Queryable, backendId: string): IdentityRecord[] {
  const rows = identityRows(db, backendId).sort((a, b) => b.firstSeenAt - a.firstSeenAt)
  return rows.map((row, index) => {
    const before = rows[index + 1]
    return {
      no: row.no,
      identity: row.identity,
      firstSeenAt: row.firstSeenAt,
      lastSeenAt: row.lastSeenAt,
      change: before ? changeOf(before, row) : null,
    }
  })
}
