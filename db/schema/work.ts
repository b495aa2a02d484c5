import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { storedJson } from '../stored-json'
import { storedProbeSchema } from '@/lib/contracts/backends'
import { jobHoldSchema, storedProgressSchema, type JobState } from '@/lib/contracts/job'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { budgetSchema } from '@/lib/contracts/meter'
import { createdAndDeleted, id, numbered, ownedByNo, ownNo } from './columns'

export const jobs = sqliteTable(
  'jobs',
  {
    ...numbered(),
    kind: text('kind').notNull(),
    /** Ids and parameters only, never data or secrets. */
    payload: storedJson('payload', plainObjectSchema).notNull(),
    studyId: text('study_id'),
    title: text('title').notNull(),
    state: text('state').$type<JobState>().notNull(),
    /** What the user asked for while it runs: cancel | pause | null. */
    request: text('request').$type<'cancel' | 'pause'>(),
    priority: integer('priority').notNull().default(0),
    attempts: integer('attempts').notNull().default(0),
    /** What the job may use up before it pauses. */
    budget: storedJson('budget', budgetSchema),
    /** Why it paused by itself; null otherwise. */
    hold: storedJson('hold', jobHoldSchema),
    leaseOwner: text('lease_owner'),
    leaseUntil: integer('lease_until'),
    progress: storedJson('progress', storedProgressSchema).notNull(),
    error: text('error'),
    errorCode: text('error_code'),
    result: storedJson('result', plainObjectSchema),
    runAfter: integer('run_after').notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
  },
  (table) => [
    index('jobs_queue').on(table.state, table.runAfter),
    index('jobs_study').on(table.studyId),
  ],
)

export const jobEvents = sqliteTable(
  'job_events',
  {
    no: ownNo(),
    jobNo: ownedByNo('job_no', () => jobs.no),
    at: integer('at').notNull(),
    level: text('level').$type<'info' | 'warn' | 'error'>().notNull(),
    message: text('message').notNull(),
  },
  (table) => [index('job_events_job').on(table.jobNo)],
)

/** Answers of backends, shared by studies; only complete successes. */
export const requestCache = sqliteTable(
  'request_cache',
  {
    /** SHA-256 of the canonical request. */
    key: blob('key', { mode: 'buffer' }).primaryKey(),
    call: text('call').notNull(),
    value: blob('value', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at').notNull(),
  },
  (table) => [index('request_cache_used').on(table.usedAt)],
)

export const backends = sqliteTable('backends', {
  id: id(),
  kind: text('kind').notNull(),
  label: text('label').notNull(),
  /** Parsed by the kind's schema; secrets are named, never held. */
  config: storedJson('config', plainObjectSchema).notNull(),
  builtIn: integer('built_in', { mode: 'boolean' }).notNull().default(false),
  probe: storedJson('probe', storedProbeSchema),
  probedAt: integer('probed_at'),
  ...createdAndDeleted(),
})

/** Small facts of the installation: worker heartbeat, schema notes. */
export const settings = sqliteTable('settings', {
  key: text('key').primaryKey(),
  value: storedJson('value', z.unknown()).notNull(),
  updatedAt: integer('updated_at').notNull(),
})
