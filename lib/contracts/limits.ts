import { z } from 'zod'

/**
 * Limits of what is stored. Far above what people write and what files are named after; below what would make a page, a
 * list or an address of it useless.
 */
export const LIMITS = {
  /** Keys of seed sets and arms, ids and names of columns in requests; file names, which keys are guessed from, are shorter. */
  key: 200,
  /** Labels of arms and seed sets. */
  label: 200,
  studyName: 120,
  viewName: 80,
  description: 10_000,
  notice: 2_000,
  /** A note is a remark, not a document. */
  note: 10_000,
  reason: 2_000,
  /** A search text is a few words; SQLite refuses patterns of tens of thousands of characters. */
  search: 1_000,
  /** Names of files with the folders they came in. */
  path: 1_000,
  /** Names of a file's own columns. */
  sourceColumn: 500,
  /** Columns of one file that become columns of the study. */
  chosenColumns: 100,
  /** What stands between two tags: a sign, perhaps with a blank on each side. */
  separator: 3,
  /** A category or tag, in characters; what is longer is a text. */
  word: 200,
  /** Distinct categories of one column over the whole study: more are no categories, and no list shows them. */
  categories: 1_000,
  /** Distinct tags of one column, for the same reason. */
  tags: 10_000,
  /** Tags of one row. */
  rowTags: 200,
  /** A value of a column of texts, in characters: a remark or a source, not a document. */
  columnText: 10_000,
  /** Distinct values of one column, and their characters together: they are kept in memory while rows are filtered. */
  distinctValues: 1_000_000,
  distinctCharacters: 100_000_000,
  /** Values that a list of counts shows; the others are counted together. */
  countedValues: 200,
  /** Rounds of evolution; studies have three to ten. */
  round: 999,
  /** JSON of parameters or of a backend's settings, in characters: several prompt texts. */
  settings: 200_000,
  /** Files of one import; each preview reads the head of its file. */
  plans: 500,
  /** Entries of a list in a request: cells, columns, operators. */
  list: 2_000,
  /** Rows of one file that a filter names one by one: they stand in the address of the page. */
  pickedRows: 2_000,
  studies: 1_000,
  views: 500,
  /** Formula columns of one study; each is named in lists of columns. */
  formulas: 200,
  backends: 200,
  /** Judging sessions of all studies; each holds its pairs. */
  blindSessions: 5_000,
  /** Stored texts of prompts, all together. */
  promptVersions: 2_000,
} as const

// Names that every object has already: a table by key would find those instead.
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])

/** A key by which seed sets and arms are told apart. */
export const keySchema = z
  .string()
  .min(1)
  .max(LIMITS.key)
  .refine((key) => !RESERVED.has(key), 'This name is reserved; choose another.')
  .refine((key) => !/\p{Cc}/u.test(key), 'A key has no control characters.')

/** A label of an arm or seed set. */
export const storedLabelSchema = z.string().max(LIMITS.label)

/** An id, key or column id that a request names; it is looked up, not stored under it. */
export const nameSchema = z.string().max(LIMITS.key)

/** A list of such names. */
export const namesSchema = z.array(nameSchema).max(LIMITS.list)

/** A round of evolution. */
export const roundSchema = z.number().int().min(0).max(LIMITS.round)

/** Parameters or settings that their own schema reads later; their JSON has a limited length. */
export const settingsSchema = z
  .record(z.string().max(LIMITS.key), z.unknown())
  .refine(
    (value) => JSON.stringify(value).length <= LIMITS.settings,
    `Settings have at most ${LIMITS.settings} characters as JSON.`,
  )
