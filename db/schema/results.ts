import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { resultFactsSchema, resultItemSchema, resultModelSchema } from '@/lib/contracts/results'
import { storedJson } from '../stored-json'
import { createdAndDeleted, ownedBy, ownNo } from './columns'
import { ofStudy, studies } from './studies'

/** A file that benchmark results came from. */
export const resultFiles = sqliteTable(
  'result_files',
  {
    ...ofStudy(),
    /** Name with the folders it came in. */
    name: text('name').notNull(),
    /** Id of the reader that read it. */
    format: text('format').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    ...createdAndDeleted(),
  },
  (table) => [index('result_files_study').on(table.studyId)],
)

/** One number of a result file. */
export const results = sqliteTable(
  'results',
  {
    no: ownNo(),
    fileId: ownedBy('file_id', () => resultFiles.id),
    facts: storedJson('facts', resultFactsSchema).notNull(),
  },
  (table) => [index('results_file').on(table.fileId)],
)

/** Outcomes of the items behind a result; they may come from another file than the number. */
export const resultItems = sqliteTable(
  'result_items',
  {
    resultNo: integer('result_no')
      .primaryKey()
      .references(() => results.no, { onDelete: 'cascade' }),
    fileId: ownedBy('file_id', () => resultFiles.id),
    count: integer('count').notNull(),
    items: storedJson('items', z.array(resultItemSchema)).notNull(),
  },
  (table) => [index('result_items_file').on(table.fileId)],
)

/** What a model name of one kind of result file stands for, as the user said. */
export const resultModels = sqliteTable(
  'result_models',
  {
    studyId: ownedBy('study_id', () => studies.id),
    source: text('source').notNull(),
    model: text('model').notNull(),
    mapping: storedJson('mapping', resultModelSchema).notNull(),
  },
  (table) => [primaryKey({ columns: [table.studyId, table.source, table.model] })],
)
