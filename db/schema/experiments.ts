import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { chosenSeedsSchema, planSchema } from '@/lib/contracts/experiment'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import type { ItemStatus } from '@/lib/contracts/experiment'
import { storedJson } from '../stored-json'
import { createdAndDeleted, numbered, ownedBy, ownedByNo, ownNo } from './columns'
import { studies } from './studies'

/** Experiments with their plans. */
export const experiments = sqliteTable('experiments', {
  ...numbered(),
  studyId: ownedBy('study_id', () => studies.id),
  plan: storedJson('plan', planSchema).notNull(),
  planHash: text('plan_hash').notNull(),
  /** The seed rows that were chosen when it began: later imports and decisions do not change them. */
  seeds: storedJson('seeds', z.array(chosenSeedsSchema)).notNull(),
  /** Backend -> the model with which the experiment began there. */
  models: storedJson('models', z.record(z.string(), z.string())).notNull(),
  ...createdAndDeleted(),
})

/** A stage of one arm (key; empty where all arms share it). */
export const stages = sqliteTable(
  'stages',
  {
    no: ownNo(),
    experimentNo: ownedByNo('experiment_no', () => experiments.no),
    arm: text('arm').notNull(),
    stage: text('stage').notNull(),
    /** What decided its items: model, prompts, decoding; null before it ran. */
    definition: storedJson('definition', plainObjectSchema),
    jobId: text('job_id'),
    /** Goes up with every retry: failed items of earlier attempts are asked again. */
    attempt: integer('attempt').notNull().default(1),
    total: integer('total'),
    /** Ids of the files that it made. */
    cells: storedJson('cells', z.array(z.string())).notNull(),
    doneAt: integer('done_at'),
  },
  (table) => [uniqueIndex('stages_place').on(table.experimentNo, table.arm, table.stage)],
)

/** What came of each input of a stage. */
export const stageItems = sqliteTable(
  'stage_items',
  {
    stageNo: ownedByNo('stage_no', () => stages.no),
    key: text('key').notNull(),
    position: integer('position').notNull(),
    /** SHA-256 of what was asked: another question under the same key is asked anew. */
    inputHash: text('input_hash').notNull(),
    status: text('status').$type<ItemStatus>().notNull(),
    reason: text('reason'),
    raw: text('raw'),
    /** The error, where a request failed. */
    message: text('message'),
    finishReason: text('finish_reason'),
    attempt: integer('attempt').notNull().default(1),
    value: storedJson('value', z.json()).notNull(),
  },
  (table) => [primaryKey({ columns: [table.stageNo, table.key] })],
)
