import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { storedJson } from '../stored-json'
import { promptScaleSchema } from '@/lib/contracts/prompts'
import { createdAndDeleted, id } from './columns'

/** Texts of prompts that users wrote; a text never changes, an edit is a new version. */
export const promptVersions = sqliteTable(
  'prompt_versions',
  {
    id: id(),
    /** Id of a prompt that comes with the program, or of a user's own question. */
    promptId: text('prompt_id').notNull(),
    /** Counts from 1 within the prompt; numbers of deleted versions are not given again. */
    version: integer('version').notNull(),
    /** Name of the question; empty for other prompts. */
    name: text('name').notNull().default(''),
    template: text('template').notNull(),
    /** Questions of users only: what they are answered with. */
    scale: storedJson('scale', promptScaleSchema),
    /** The hash that cards show. */
    hash: text('hash').notNull(),
    parentHash: text('parent_hash'),
    note: text('note').notNull().default(''),
    ...createdAndDeleted(),
  },
  (table) => [
    uniqueIndex('prompt_versions_version').on(table.promptId, table.version),
    index('prompt_versions_hash').on(table.hash),
  ],
)
