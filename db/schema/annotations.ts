import {
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { storedExportSchema } from '@/lib/contracts/export'
import { rowFilterSchema, viewStateSchema } from '@/lib/contracts/filter'
import { storedFormulaSchema } from '@/lib/contracts/formula'
import { storedView } from '@/lib/contracts/views'
import { storedJson } from '../stored-json'
import { cells } from './cells'
import { ofStudy, studies } from './studies'
import { createdAndDeleted, ownedBy, ownedByNo, ownNo } from './columns'

/** What a page of a study showed, under a name. */
export const views = sqliteTable(
  'views',
  {
    ...ofStudy(),
    name: text('name').notNull(),
    state: storedJson('state', storedView).notNull(),
    ...createdAndDeleted(),
  },
  (table) => [index('views_study').on(table.studyId)],
)

/** A frozen set of rows, for example what was exported. */
export const subsets = sqliteTable(
  'subsets',
  {
    ...ofStudy(),
    name: text('name').notNull(),
    state: storedJson('state', viewStateSchema).notNull(),
    /** How it was written: format, options, rows in and out, file hashes. */
    recipe: storedJson('recipe', storedExportSchema).notNull(),
    rowCount: integer('row_count').notNull(),
    ...createdAndDeleted(),
  },
  (table) => [index('subsets_study').on(table.studyId)],
)

/** Texts of benchmarks that rows are searched for, by the hash of their file; shared by studies. */
export const benchmarkTexts = sqliteTable('benchmark_texts', {
  sha256: text('sha256').primaryKey(),
  name: text('name').notNull(),
  items: storedJson('items', z.array(z.string())).notNull(),
  createdAt: integer('created_at').notNull(),
})

/** Log of decisions and notes on rows, one entry for all rows they were made on; what stands follows from the entries that are not undone. */
export const decisions = sqliteTable(
  'decisions',
  {
    no: ownNo(),
    studyId: ownedBy('study_id', () => studies.id),
    /** star | keep | drop | tag | note. */
    kind: text('kind').notNull(),
    /** Text of a note, name of a tag. */
    value: text('value'),
    /** Set where the entry takes the mark off its rows. */
    removes: integer('removes', { mode: 'boolean' }).notNull().default(false),
    author: text('author').notNull().default('local'),
    reason: text('reason'),
    /** The filter whose rows were marked; null where the rows were chosen one by one. */
    filter: storedJson('filter', rowFilterSchema),
    rowCount: integer('row_count').notNull(),
    at: integer('at').notNull(),
    undoneAt: integer('undone_at'),
    /** How often it was undone or done again: with the highest number it tells whether anything changed. */
    turns: integer('turns').notNull().default(0),
  },
  (table) => [index('decisions_study').on(table.studyId)],
)

/** Rows of an entry: first to last of a cell, all of them or those whose bit is set, counted from the first. */
export const decisionRows = sqliteTable(
  'decision_rows',
  {
    decisionNo: ownedByNo('decision_no', () => decisions.no),
    cellNo: ownedByNo('cell_no', () => cells.no),
    first: integer('first').notNull(),
    last: integer('last').notNull(),
    bits: blob('bits', { mode: 'buffer' }),
  },
  (table) => [
    primaryKey({ columns: [table.decisionNo, table.cellNo, table.first] }),
    index('decision_rows_cell').on(table.cellNo),
  ],
)

/** Formula columns; each version of one is an entry of its own. */
export const formulas = sqliteTable(
  'formulas',
  {
    ...ofStudy(),
    /** What its column is called by, the same in all versions. */
    key: text('key').notNull(),
    name: text('name').notNull(),
    version: integer('version').notNull(),
    definition: storedJson('definition', storedFormulaSchema).notNull(),
    /** Set once a newer version took its place. */
    replacedAt: integer('replaced_at'),
    ...createdAndDeleted(),
  },
  (table) => [uniqueIndex('formulas_version').on(table.studyId, table.key, table.version)],
)
