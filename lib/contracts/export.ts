import { z } from 'zod'
import { numbers, texts } from './fields'
import { viewStateSchema } from './filter'
import { LIMITS, nameSchema, namesSchema } from './limits'
import { optionFieldSchema } from './options'
import { plainObjectSchema } from './plain-object'
import { subsetRulesSchema } from './subset'

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

/** Values of a format's own options, by name; the format parses them. */
export const exportOptionsSchema = z.record(
  z.string().max(LIMITS.key),
  z.union([z.boolean(), z.string().max(LIMITS.key)]),
)

/** What the two answers of a pair are. */
export const PAIRS_OF = {
  response: 'Responses to one prompt',
  instruction: 'Evolved instructions of one seed',
} as const
/** Before the id of a blind session whose verdicts decide. */
const BLIND = 'blind:'

/** Returns the id of the blind session that decides pairs, null where a column does. */
export function sessionOf(by: string): string | null {
  return by.startsWith(BLIND) ? by.slice(BLIND.length) : null
}

/** Returns how a blind session is named as what decides pairs. */
export function bySession(id: string): string {
  return BLIND + id
}

/** Pairs of a better and a worse answer, made of the rows of two evolvers at one seed. */
export const pairChoiceSchema = z.object({
  of: z
    .enum(['response', 'instruction'])
    .describe(
      'response pairs the responses of two evolvers whose prompts are equal, instruction what two evolvers made of one seed.',
    ),
  by: z
    .string()
    .min(1)
    .max(LIMITS.key)
    .describe(
      'Column whose value decides (of a metric or a judge model), or blind:<id> of a blind session that has ended.',
    ),
  better: z.enum(['higher', 'lower']).default('higher').describe('Which value is the better one.'),
  margin: z
    .number()
    .min(0)
    .default(0)
    .describe('Values that differ by no more than this are a tie, which is left out.'),
})
export type PairChoice = z.infer<typeof pairChoiceSchema>

/** What every export says, whatever its format. */
export const exportFieldsSchema = z.object({
  studyId: nameSchema,
  state: viewStateSchema,
  /** Id of a format in the registry of writers. */
  format: z.string().max(LIMITS.key),
  name: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'Use lower-case letters, digits, "_" and "-".')
    .max(80)
    .describe('Data set name and file name.'),
  metrics: z
    .boolean()
    .default(false)
    .describe('Adds each chosen metric and its status to the rows.'),
  lineage: z
    .boolean()
    .default(false)
    .describe('Adds study, evolver, round, number of the seed and operator to the rows.'),
  decisions: z
    .boolean()
    .describe('Adds star, keep or exclude, own tags and note to the rows.')
    .exactOptional(),
  only: namesSchema
    .describe('Writes these columns only, named as the file would name them; all without.')
    .exactOptional(),
  pairs: pairChoiceSchema
    .describe('Writes pairs of a chosen and a rejected answer in place of rows.')
    .exactOptional(),
  responses: nameSchema
    .describe('Key of the response set to write; the current set of each file without.')
    .exactOptional(),
  options: exportOptionsSchema.default({}),
})

/** Exports noted before options had a field of their own carry them beside the others; both forms are one request. */
function withOptions(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || 'options' in raw) return raw
  const isOption = ([key]: [string, unknown]) => !Object.hasOwn(exportFieldsSchema.shape, key)
  return { ...raw, options: Object.fromEntries(Object.entries(raw).filter(isOption)) }
}

type Fields = typeof exportFieldsSchema
export const exportRequestSchema = z.preprocess(
  withOptions,
  exportFieldsSchema,
) as unknown as z.ZodType<z.output<Fields>, z.input<Fields>>
export type ExportRequest = z.output<Fields>

/** A format that rows can be written in, as the browser and the command line know it. */
export const exportFormatSchema = z.object({
  ...texts('id', 'label'),
  /** What it holds and what it cannot. */
  description: z.string(),
  extension: z.string(),
  /** Lineage and metrics always go along, in a file beside the rows, so they are not asked for. */
  hasSidecar: z.boolean(),
  options: z.array(optionFieldSchema),
})
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** The rule of rows that the chosen tokenizer has not counted; a job counts them. */
export const NOT_COUNTED_YET = 'not_counted_yet'

const findingSchema = z.object({
  ...texts('rule', 'message'),
  rows: z.number(),
  examples: z.array(z.string()),
  /** The first rows concerned, counted from 1 in the order of the export. */
  at: z.array(z.number()),
})
export type ExportFinding = z.infer<typeof findingSchema>

/** A switch of the format that lets a blocked export go on. */
const remedySchema = z.object({
  ...texts('option', 'label'),
  /** What it does to the rows, after the name of the option: "leaves 2 of 4 rows out". */
  effect: z.string(),
})
export type ExportRemedy = z.infer<typeof remedySchema>

export const exportCheckSchema = z.object({
  ...numbers('rows', 'rowsKept', 'bytesEstimate'),
  blocking: z.array(findingSchema),
  remedies: z.array(remedySchema),
  warnings: z.array(findingSchema),
  droppedByReason: z.record(z.string(), z.number()),
  /** Columns that rows have, looked for in some of them: those that `only` may name. */
  columns: z.array(z.string()),
})
export type ExportCheck = z.infer<typeof exportCheckSchema>

/** How an export is kept: all of it is absent from subsets that no export made. */
export const storedExportSchema = z.object({
  /** Absent where it asks for what this version cannot write. */
  request: exportRequestSchema.optional().catch(undefined),
  recipe: plainObjectSchema.optional(),
  /** Set for a subset that was saved with its rules, which never change. */
  rules: subsetRulesSchema.optional(),
  file: z.string().optional(),
  /** What was sent; null while it is being sent, and for good when it was broken off. */
  sent: z.object({ bytes: z.number(), sha256: z.string() }).nullable().optional(),
})

/** An export that was downloaded before, with what is needed to make it again. */
export const previousExportSchema = z.object({
  ...texts('id', 'name'),
  /** Name of its format; null where the stored export does not say. */
  formatLabel: z.string().nullable(),
  rowCount: z.number(),
  /** null while it is being sent, or when it was broken off. */
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  createdAt: z.number(),
  /** null where it cannot be made again; `problem` says why. */
  request: exportRequestSchema.nullable(),
  /** A job wrote it to a file that is still there. */
  hasFile: z.boolean(),
  hasRecipe: z.boolean(),
  problem: z.string().nullable(),
})
export type PreviousExport = z.infer<typeof previousExportSchema>
