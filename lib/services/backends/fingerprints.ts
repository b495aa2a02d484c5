import { createHash } from 'node:crypto'
import { and, eq, gt } from 'drizzle-orm'
import { newest } from '@/db/newest'
import { modelFingerprints, runCells, runs } from '@/db/schema'
import { knownByStatement, modelDifference } from '@/lib/backends/session/fingerprint'
import type { Recognised } from '@/lib/backends/session/open-pool'
import { compareVectors } from '@/lib/backends/probe/identity'
import type { ModelIdentity } from '@/lib/backends/types'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { KnownModel } from '@/lib/contracts/model'
import type { Queryable } from '@/lib/queue/queue'

type FingerprintRow = typeof modelFingerprints.$inferSelect

// 64 bits: no two of the models that one installation ever meets share an id.
const ID_LENGTH = 16

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** Whether both can be recognised in the same way; a model without an answer cannot be shown to be one that gave one. */
function comparable(a: KnownModel, b: KnownModel): boolean {
  return a.vector?.of === b.vector?.of
}

function distance(a: KnownModel, b: KnownModel): number {
  return compareVectors(a.vector, b.vector).difference ?? 0
}

/**
 * Whether runs of this stated identity have results from before models were recognised by their answers: nobody knows
 * whose they are, so no model may pass for theirs.
 */
function hasUnknownResults(db: Queryable, identity: ModelIdentity): boolean {
  const wanted = canonicalJson(identity)
  return db
    .selectDistinct({ no: runs.no, definition: runs.definition, record: runs.record })
    .from(runs)
    .innerJoin(runCells, and(eq(runCells.runNo, runs.no), gt(runCells.done, 0)))
    .all()
    .some(
      ({ definition, record }) =>
        (record.fingerprint ?? null) === null && canonicalJson(definition.model) === wanted,
    )
}

/**
 * Returns the fingerprint of the model behind a backend: a known one when stated identity and answers fit one that was seen
 * before (behind this or another backend), else a new one. Answers are compared within their tolerance, never hashed. Call
 * it in a transaction.
 */
export function recogniseModel(
  db: Queryable,
  backendId: string,
  found: KnownModel,
  now = Date.now(),
): Recognised {
  const identityHash = hashOf(found.identity)
  const rows = db
    .select()
    .from(modelFingerprints)
    .where(eq(modelFingerprints.identityHash, identityHash))
    .orderBy(modelFingerprints.firstSeenAt, modelFingerprints.id)
    .all()
  // Two models may lie so near each other that an answer fits both; then it is the nearer one's.
  const [match] = rows
    .filter(({ known }) => comparable(known, found) && modelDifference(known, found) === null)
    .sort((a, b) => distance(a.known, found) - distance(b.known, found))
  if (match) {
    db.update(modelFingerprints)
      .set({ backendId, lastSeenAt: now })
      .where(eq(modelFingerprints.id, match.id))
      .run()
    const { id, known, isNamesake } = match
    return { id, known, isNamesake }
  }
  const id = hashOf(found).slice(0, ID_LENGTH)
  const isNamesake = rows.length > 0 || hasUnknownResults(db, found.identity)
  const row = { id, identityHash, known: found, isNamesake, backendId }
  db.insert(modelFingerprints)
    .values({ ...row, firstSeenAt: now, lastSeenAt: now })
    .run()
  return { id, known: found, isNamesake }
}

function rowOf(db: Queryable, id: string): FingerprintRow | null {
  return db.select().from(modelFingerprints).where(eq(modelFingerprints.id, id)).get() ?? null
}

/**
 * Returns the identity that a run on this backend would have now: as stated, and with the fingerprint where the model seen
 * there last shares its statement with one that was seen before.
 */
export function currentIdentity(
  db: Queryable,
  backendId: string,
  stated: ModelIdentity,
): ModelIdentity {
  const seenThere = eq(modelFingerprints.backendId, backendId)
  const last = newest(db, modelFingerprints, modelFingerprints.lastSeenAt, seenThere)
  if (!last?.isNamesake || last.identityHash !== hashOf(stated)) return stated
  return { ...stated, fingerprint: last.id }
}

/** A model as a run or a session names it. */
interface NamedModel {
  identity: ModelIdentity
  fingerprint: string | null
}

/** Returns in words how the model that answers now differs from the one that a run began with. */
export function modelChange(db: Queryable, before: NamedModel, now: NamedModel): string {
  const stated = modelDifference(knownByStatement(before.identity), knownByStatement(now.identity))
  if (stated !== null) return stated
  if (before.fingerprint === null) {
    return 'its results are from before models were recognised by their answers, so nobody can tell whose they are.'
  }
  const was = rowOf(db, before.fingerprint)
  const is = now.fingerprint === null ? null : rowOf(db, now.fingerprint)
  return (was && is && modelDifference(was.known, is.known)) ?? 'it is recognised as another one.'
}
