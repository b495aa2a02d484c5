import { z } from 'zod'
import { planWriterSchema } from './experiment'
import { numbers, texts } from './fields'
import { LIMITS, nameSchema, namesSchema } from './limits'
import { budgetSchema } from './meter'
import { plainObjectSchema } from './plain-object'
import { rowSetSchema } from './run'

const labelSchema = z.string().trim().min(1).max(LIMITS.viewName)

/** How responses came about: with the file, or by a model that was asked here. */
const KINDS = ['imported', 'generated'] as const

/** What is written, by whom and how. */
export const respondRequestSchema = planWriterSchema
  .extend({
    cellIds: namesSchema.default([]).describe('Files whose rows are answered; empty = all.'),
    rowSet: rowSetSchema.default({ kind: 'all' }).describe('Which of their rows.'),
    label: labelSchema
      .nullable()
      .default(null)
      .describe('Name of the set; null = model and decoding.'),
    makeCurrent: z
      .boolean()
      .default(false)
      .describe(
        'Shows and scores these responses in place of those that the files have. Files without a response get them in any case.',
      ),
    budget: budgetSchema.nullable().default(null),
  })
  .describe('Responses to write.')
export type RespondRequest = z.infer<typeof respondRequestSchema>

/** Rows of one file: first to last, all of them or those whose bit is set (base64). */
export const packedRowsSchema = z.tuple([
  z.number().int().min(0),
  z.number().int().min(0),
  z.string().nullable(),
])

/** How responses that came with the files are called. */
export const FROM_FILES = 'From the files'

/** The responses of one file in a set. */
const setFileSchema = z.object({
  ...texts('cellId', 'seedSetKey', 'evolver'),
  /** Rows of the file; those with a response; those that were cut by the token limit; those that failed. */
  ...numbers('round', 'rows', 'answered', 'truncated', 'failed'),
  /** Shown and scored for this file. */
  isCurrent: z.boolean(),
})

/** Responses of one definition over the files of a study. */
export const responseSetSchema = z.object({
  /** Tells the sets of a study apart: the hash of the definition, or how they came. */
  ...texts('key', 'label'),
  kind: z.enum(KINDS),
  /** Model, prompts and decoding; null where the file does not say. */
  definition: plainObjectSchema.nullable(),
  createdAt: z.number(),
  files: z.array(setFileSchema),
  /** Runs that scored these responses. */
  runs: z.number(),
})
export type ResponseSet = z.infer<typeof responseSetSchema>

/** A change of a set: its name, or the files for which it is the current one. */
export const changeSetSchema = z.object({
  label: labelSchema.exactOptional(),
  /** Makes it the current set of these files, or of all that it answers ("all"). */
  current: z.union([z.literal('all'), z.array(nameSchema).max(LIMITS.list)]).exactOptional(),
})
export type ChangeSet = z.infer<typeof changeSetSchema>
