import { blob, index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { probeStepSchema } from '@/lib/contracts/probe-steps'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { knownModelSchema, probeVectorSchema } from '@/lib/contracts/model'
import { storedJson } from '../stored-json'
import { backends } from './work'
import { id, ownedBy, ownNo, seenTimes } from './columns'

/** Keys that users typed in, sealed with the master key; apart from `backends`, so that no page can read one by mistake. */
export const backendKeys = sqliteTable('backend_keys', {
  /** No reference: a key may be stored while its backend is still being set up. */
  backendId: text('backend_id').primaryKey(),
  /** The only origins that this key may be sent to. */
  origins: storedJson('origins', z.array(z.string())).notNull(),
  nonce: blob('nonce', { mode: 'buffer' }).notNull(),
  /** AES-256-GCM ciphertext with its tag at the end; the backend's id is the associated data. */
  sealed: blob('sealed', { mode: 'buffer' }).notNull(),
  createdAt: integer('created_at').notNull(),
})

/** One probe: its steps while it runs, its result afterwards. */
export const backendProbes = sqliteTable(
  'backend_probes',
  {
    no: ownNo(),
    backendId: ownedBy('backend_id', () => backends.id),
    jobId: text('job_id').notNull(),
    state: text('state').$type<'running' | 'done' | 'failed'>().notNull(),
    steps: storedJson('steps', z.array(probeStepSchema)).notNull(),
    error: text('error'),
    identityNo: integer('identity_no'),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (table) => [index('backend_probes_backend').on(table.backendId)],
)

/** Every model that was ever found behind a backend. */
export const backendIdentities = sqliteTable(
  'backend_identities',
  {
    no: ownNo(),
    backendId: ownedBy('backend_id', () => backends.id),
    identity: storedJson('identity', plainObjectSchema).notNull(),
    /** Answer to the probe's fixed question, by which the model is known again; null where the server gives none. */
    vector: storedJson('vector', probeVectorSchema.omit({ tolerance: true })),
    /** Largest difference between two such answers of one model, in the unit of the values. */
    tolerance: real('tolerance'),
    ...seenTimes(),
  },
  (table) => [index('backend_identities_backend').on(table.backendId)],
)

/** Every model that jobs ever met behind a server, by which runs and cached answers know theirs again. */
export const modelFingerprints = sqliteTable(
  'model_fingerprints',
  {
    /** Hash of what was known when it was first seen. */
    id: id(),
    /** Hash of the stated identity: models with one of these are told apart by their answers only. */
    identityHash: text('identity_hash').notNull(),
    /** What it stated and answered when it was first seen. */
    known: storedJson('known', knownModelSchema).notNull(),
    /** Whether another model had stated the same identity before. */
    isNamesake: integer('is_namesake', { mode: 'boolean' }).notNull(),
    /** The backend behind which it was seen last. No reference: runs cite the model when the backend is gone. */
    backendId: text('backend_id').notNull(),
    ...seenTimes(),
  },
  (table) => [
    index('model_fingerprints_identity').on(table.identityHash),
    index('model_fingerprints_backend').on(table.backendId, table.lastSeenAt),
  ],
)
