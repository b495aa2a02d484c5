import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Texts that were stored before there was an index of them: a cell's rows or a set of responses. Triggers index all others
 * as they are stored, into the FTS5 tables text_words and text_trigrams, which drizzle does not describe (the migration
 * that made this table made them too).
 */
export const textBacklog = sqliteTable(
  'text_backlog',
  {
    kind: text('kind').$type<'rows' | 'responses'>().notNull(),
    /** Key of the cell or of the response set. */
    no: integer('no').notNull(),
    /** The first row that is not indexed yet. */
    next: integer('next').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.no] })],
)
