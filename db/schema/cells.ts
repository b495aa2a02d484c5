import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { cellSourceSchema, importReportSchema } from '@/lib/contracts/cell'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { storedJson } from '../stored-json'
import { arms, seedSets, studies } from './studies'
import { createdAndDeleted, numbered, ownedBy, ownedByNo } from './columns'

/** Seed set x (seeds | arm x round) with a revision. `no` is the short key that rows and chunks carry. */
export const cells = sqliteTable(
  'cells',
  {
    ...numbered(),
    studyId: ownedBy('study_id', () => studies.id),
    seedSetId: ownedBy('seed_set_id', () => seedSets.id),
    /** null for the seeds themselves (round 0). */
    armId: text('arm_id').references(() => arms.id, { onDelete: 'cascade' }),
    round: integer('round').notNull(),
    revision: integer('revision').notNull().default(1),
    rowCount: integer('row_count').notNull().default(0),
    source: storedJson('source', cellSourceSchema).notNull(),
    report: storedJson('report', importReportSchema),
    sourceSha256: text('source_sha256').notNull(),
    /** null while the rows are staged; readers only see published cells. */
    publishedAt: integer('published_at'),
    /** Set when a newer revision took over or the user deleted it. */
    supersededAt: integer('superseded_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('cells_study').on(table.studyId, table.publishedAt),
    index('cells_hash').on(table.studyId, table.sourceSha256),
  ],
)

/** Immutable after publication. */
export const rows = sqliteTable(
  'rows',
  {
    cellNo: ownedByNo('cell_no', () => cells.no),
    idx: integer('idx').notNull(),
    /** Seed slot, or null when it is not known. */
    slot: integer('slot'),
    externalId: text('external_id'),
    instruction: text('instruction').notNull(),
    input: text('input'),
    system: text('system'),
    history: text('history'),
    messages: text('messages'),
    tools: text('tools'),
    extra: text('extra'),
    /** Keys of the source object in order, as a small number into the cell's source.keySets. */
    keySet: integer('key_set').notNull().default(0),
    /** Row flags as a bit mask in the order of ROW_FLAGS. */
    flags: integer('flags').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.cellNo, table.idx] })],
)

/** Responses for a cell by one writer: imported with the file, or generated. */
export const responseSets = sqliteTable(
  'response_sets',
  {
    ...numbered(),
    cellNo: ownedByNo('cell_no', () => cells.no),
    /** imported | generated. */
    kind: text('kind').notNull(),
    label: text('label').notNull(),
    definition: storedJson('definition', plainObjectSchema),
    definitionHash: text('definition_hash'),
    /** Shown and scored although there is a newer one; at most one of a cell. */
    pinned: integer('pinned', { mode: 'boolean' }).notNull().default(false),
    /** Goes up with every change of its responses. */
    version: integer('version').notNull().default(0),
    ...createdAndDeleted(),
  },
  (table) => [index('response_sets_cell').on(table.cellNo)],
)

export const responses = sqliteTable(
  'responses',
  {
    setNo: ownedByNo('set_no', () => responseSets.no),
    idx: integer('idx').notNull(),
    text: text('text'),
    status: integer('status').notNull(),
    finishReason: text('finish_reason'),
  },
  (table) => [primaryKey({ columns: [table.setNo, table.idx] })],
)

/** How the rows of a child cell meet the rows (or slots) of its parent. Re-aligning makes a new one. */
export const alignments = sqliteTable(
  'alignments',
  {
    ...numbered(),
    childCellNo: ownedByNo('child_cell_no', () => cells.no),
    /** null: rows are linked to seed slots whose texts are not here. */
    parentCellNo: integer('parent_cell_no').references(() => cells.no, { onDelete: 'cascade' }),
    /** birth | index | id | text | similarity. */
    kind: text('kind').notNull(),
    version: integer('version').notNull().default(1),
    params: storedJson('params', plainObjectSchema).notNull(),
    matched: integer('matched').notNull(),
    total: integer('total').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('alignments_version').on(table.childCellNo, table.version)],
)

export const links = sqliteTable(
  'links',
  {
    alignmentNo: ownedByNo('alignment_no', () => alignments.no),
    childIdx: integer('child_idx').notNull(),
    /** Row of the parent cell, or the slot when the alignment has no parent cell. */
    parentIdx: integer('parent_idx').notNull(),
    confidence: real('confidence').notNull(),
    operator: text('operator'),
    /** recorded | inferred | null. */
    operatorSource: text('operator_source'),
  },
  (table) => [
    primaryKey({ columns: [table.alignmentNo, table.childIdx] }),
    index('links_parent').on(table.alignmentNo, table.parentIdx),
  ],
)
