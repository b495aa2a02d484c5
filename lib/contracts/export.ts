import { z } from 'zod'
import { viewStateSchema } from './filter'
import { LIMITS, nameSchema } from './limits'
import { plainObjectSchema } from './plain-object'

export const EXPORT_FORMATS = ['json', 'jsonl', 'csv', 'llama-factory'] as const
export const EXPORT_STAGES = ['sft', 'kto', 'dpo'] as const

/** Returns a data set name made of any text: lower case, digits, "_" and "-". */
export function safeName(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
  return name || 'export'
}

export const exportRequestSchema = z.object({
  studyId: nameSchema,
  state: viewStateSchema,
  format: z.enum(EXPORT_FORMATS),
  name: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'Use lower-case letters, digits, "_" and "-".')
    .max(80)
    .describe('Data set name and file name.'),
  /** Write metric columns into the rows (JSON, JSONL, CSV). */
  metrics: z
    .boolean()
    .default(false)
    .describe('Adds each chosen metric and its status to the rows.'),
  lineage: z
    .boolean()
    .default(false)
    .describe('Adds study, arm, round, slot and operator to the rows.'),
  indent: z.boolean().default(true).describe('Indents the JSON array by two blanks.'),
  spreadsheetSafe: z
    .boolean()
    .default(false)
    .describe(
      'CSV: puts an apostrophe before cells and column names that a spreadsheet would run as a formula (= + - @, tab, line break). This changes data.',
    ),
  byteOrderMark: z
    .boolean()
    .default(false)
    .describe('CSV: begins with a byte-order mark, by which Excel knows UTF-8.'),
  stage: z
    .enum(EXPORT_STAGES)
    .default('sft')
    .describe(
      'Training stage: sft imitates answers, kto learns from answers marked as good or bad, dpo from pairs of a chosen and a rejected answer.',
    ),
  foldInput: z
    .boolean()
    .default(false)
    .describe(
      'Joins instruction and input, so that every LLaMA-Factory version builds the same prompt.',
    ),
  excludeBlocked: z
    .boolean()
    .default(false)
    .describe('Leaves out the rows that would stop or be dropped in training.'),
  allowEmptyResponses: z
    .boolean()
    .default(false)
    .describe('Keeps rows with an empty response; the recipe says so.'),
  template: z
    .string()
    .max(LIMITS.key)
    .default('default')
    .describe('LLaMA-Factory chat template of the model to train.'),
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

const findingSchema = z.object({
  rule: z.string(),
  message: z.string(),
  rows: z.number(),
  examples: z.array(z.string()),
  /** The first rows concerned, counted from 1 in the order of the export. */
  at: z.array(z.number()),
})
export type ExportFinding = z.infer<typeof findingSchema>

export const exportCheckSchema = z.object({
  rows: z.number(),
  rowsKept: z.number(),
  bytesEstimate: z.number(),
  blocking: z.array(findingSchema),
  warnings: z.array(findingSchema),
  droppedByReason: z.record(z.string(), z.number()),
})
export type ExportCheck = z.infer<typeof exportCheckSchema>

/** How an export is kept: all of it is absent from subsets that no export made. */
export const storedExportSchema = z.object({
  /** Absent where it asks for what this version cannot write. */
  request: exportRequestSchema.optional().catch(undefined),
  recipe: plainObjectSchema.optional(),
  file: z.string().optional(),
  /** What was sent; null while it is being sent, and for good when it was broken off. */
  sent: z.object({ bytes: z.number(), sha256: z.string() }).nullable().optional(),
})

/** An export that was downloaded before, with what is needed to make it again. */
export const previousExportSchema = z.object({
  id: z.string(),
  name: z.string(),
  format: z.enum(EXPORT_FORMATS),
  rowCount: z.number(),
  /** null while it is being sent, or when it was broken off. */
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  createdAt: z.number(),
  request: exportRequestSchema,
})
export type PreviousExport = z.infer<typeof previousExportSchema>
