import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { decodingSchema } from '@/lib/contracts/study'
import { storedJson } from '../stored-json'
import { createdAndDeleted, id, ownedBy } from './columns'

/** Times are milliseconds since the epoch everywhere. */
export const studies = sqliteTable('studies', {
  id: id(),
  name: text('name').notNull(),
  description: text('description').notNull().default(''),
  /** Markdown-free notice shown on every page of the study, for example what the sample is worth. */
  notice: text('notice'),
  /** `sample` for the built-in study, so that a second start finds it. */
  origin: text('origin').notNull().default('user'),
  ...createdAndDeleted(),
})

/** Key of a thing that belongs to a study, with which it is deleted. */
export const ofStudy = () => ({ id: id(), studyId: ownedBy('study_id', () => studies.id) })

export const seedSets = sqliteTable(
  'seed_sets',
  {
    ...ofStudy(),
    key: text('key').notNull(),
    label: text('label').notNull(),
    /** Slots 0..slotCount-1; rows of every arm and round meet at the same slot. */
    slotCount: integer('slot_count').notNull().default(0),
    position: integer('position').notNull().default(0),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('seed_sets_study_key').on(table.studyId, table.key)],
)

export const arms = sqliteTable(
  'arms',
  {
    ...ofStudy(),
    key: text('key').notNull(),
    label: text('label').notNull(),
    /** small | large | other. */
    armClass: text('arm_class').notNull().default('other'),
    /** evol-instruct | autoif | auto-evol | other. */
    scenario: text('scenario').notNull().default('evol-instruct'),
    model: text('model'),
    /** Decoding as recorded: {temperature, topP, seed, ...}. */
    decoding: storedJson('decoding', decodingSchema),
    promptVersion: text('prompt_version'),
    variant: text('variant'),
    /** Index into the arm palette: an arm has one colour in the whole study. */
    colorIndex: integer('color_index').notNull().default(0),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('arms_study_key').on(table.studyId, table.key),
    index('arms_study').on(table.studyId),
  ],
)
