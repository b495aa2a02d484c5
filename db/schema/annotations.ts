import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { storedExportSchema } from '@/lib/contracts/export'
import { viewStateSchema } from '@/lib/contracts/filter'
import { storedJson } from '../stored-json'
import { cells } from './cells'
import { studies } from './studies'

/** A saved filter, sort and column choice. */
export const views = sqliteTable(
  'views',
  {
    id: text('id').primaryKey(),
    studyId: text('study_id')
      .notNull()
      .references(() => studies.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    state: storedJson('state', viewStateSchema).notNull(),
    createdAt: integer('created_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (table) => [index('views_study').on(table.studyId)],
)

/** A frozen set of rows, for example what was exported. */
export const subsets = sqliteTable(
  'subsets',
  {
    id: text('id').primaryKey(),
    studyId: text('study_id')
      .notNull()
      .references(() => studies.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    state: storedJson('state', viewStateSchema).notNull(),
    /** How it was written: format, options, rows in and out, file hashes. */
    recipe: storedJson('recipe', storedExportSchema).notNull(),
    rowCount: integer('row_count').notNull(),
    createdAt: integer('created_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (table) => [index('subsets_study').on(table.studyId)],
)

/** Log of decisions and notes on rows; the current state is derived from the entries that are not undone. */
export const decisions = sqliteTable(
  'decisions',
  {
    no: integer('no').primaryKey({ autoIncrement: true }),
    studyId: text('study_id')
      .notNull()
      .references(() => studies.id, { onDelete: 'cascade' }),
    cellNo: integer('cell_no')
      .notNull()
      .references(() => cells.no, { onDelete: 'cascade' }),
    idx: integer('idx').notNull(),
    /** star | drop | note. */
    kind: text('kind').notNull(),
    value: text('value'),
    author: text('author').notNull().default('local'),
    reason: text('reason'),
    at: integer('at').notNull(),
    undoneAt: integer('undone_at'),
  },
  (table) => [index('decisions_row').on(table.cellNo, table.idx)],
)
