import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { rowSetSchema, runDefinitionSchema, storedRunRecordSchema } from '@/lib/contracts/run'
import { storedJson } from '../stored-json'
import { alignments, cells, responseSets } from './cells'
import { studies } from './studies'
import { createdAndDeleted, numbered, ownedBy, ownedByNo } from './columns'

/** One computation of a measured metric: a hashed definition over an explicit row set. */
export const runs = sqliteTable(
  'runs',
  {
    ...numbered(),
    studyId: ownedBy('study_id', () => studies.id),
    /** Metric, or instance of a metric (one rubric), whose columns the run fills; `definition.metric` is the metric. */
    metricId: text('metric_id').notNull(),
    metricVersion: integer('metric_version').notNull(),
    /** Decides cache and whether two series may share an axis. */
    definition: storedJson('definition', runDefinitionSchema).notNull(),
    definitionHash: text('definition_hash').notNull(),
    rowSet: storedJson('row_set', rowSetSchema).notNull(),
    /** Not hashed: endpoint, dates, counts, failures by reason, timings. */
    record: storedJson('record', storedRunRecordSchema).notNull(),
    backendId: text('backend_id'),
    /** Shown by default for its metric; at most one a metric and study. */
    pinned: integer('pinned', { mode: 'boolean' }).notNull().default(false),
    ...createdAndDeleted(),
  },
  (table) => [index('runs_study').on(table.studyId, table.metricId)],
)

/** Progress of a run in one cell, and the version that tells readers to reload its columns. */
export const runCells = sqliteTable(
  'run_cells',
  {
    runNo: ownedByNo('run_no', () => runs.no),
    cellNo: ownedByNo('cell_no', () => cells.no),
    responseSetNo: integer('response_set_no').references(() => responseSets.no),
    alignmentNo: integer('alignment_no').references(() => alignments.no),
    /** Rows of the row set in this cell. */
    total: integer('total').notNull(),
    done: integer('done').notNull().default(0),
    /** Rows whose status carries a value. */
    valued: integer('valued').notNull().default(0),
    version: integer('version').notNull().default(0),
    finishedAt: integer('finished_at'),
  },
  (table) => [
    primaryKey({ columns: [table.runNo, table.cellNo] }),
    index('run_cells_cell').on(table.cellNo),
  ],
)

/** Values of one output in 4,096 rows: little-endian floats (width per row) and a status byte a row. */
export const columnChunks = sqliteTable(
  'column_chunks',
  {
    runNo: ownedByNo('run_no', () => runs.no),
    cellNo: integer('cell_no').notNull(),
    output: text('output').notNull(),
    chunk: integer('chunk').notNull(),
    dtype: text('dtype').$type<'f64' | 'f32'>().notNull(),
    width: integer('width').notNull().default(1),
    rowCount: integer('row_count').notNull(),
    values: blob('values', { mode: 'buffer' }).notNull(),
    status: blob('status', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.runNo, table.cellNo, table.output, table.chunk] })],
)

/**
 * Distinct values of a column that holds words instead of numbers, as JSON: chunks hold their numbers, counted from 1. Only
 * added to and never renumbered, because every cell of the study refers to them.
 */
export const columnValues = sqliteTable(
  'column_values',
  {
    studyId: ownedBy('study_id', () => studies.id),
    /** The column's metric, as in `runs.metric_id`. */
    metricId: text('metric_id').notNull(),
    no: integer('no').notNull(),
    value: text('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.studyId, table.metricId, table.no] })],
)

/** Replies, tokens and error messages of single rows (JSON text). */
export const rowDetails = sqliteTable(
  'row_details',
  {
    runNo: ownedByNo('run_no', () => runs.no),
    cellNo: integer('cell_no').notNull(),
    idx: integer('idx').notNull(),
    detail: text('detail').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runNo, table.cellNo, table.idx] })],
)
