import { z } from 'zod'
import { citationSchema } from './citation'
import { numbers, numbersOrNull, texts } from './fields'
import { rowFilterSchema } from './filter'
import { exportFilterSchema, partnerFilterSchema, valueFilterSchema } from './column-filter'
import { optionFieldSchema, type OptionField } from './options'
import { plainObjectSchema } from './plain-object'

/** A further column and the range that its values must lie in. */
const columnRangeSchema = z.object({
  column: z.string(),
  ...numbersOrNull('min', 'max'),
  /** Keep rows without a value too. */
  missing: z.boolean().exactOptional(),
})

/** Rows that a mark stands for: becomes a filter of the rows page. */
export const figureSelectionSchema = z.object({
  /** Column to filter on; null = every row of the cells. */
  column: z.string().nullable(),
  ...numbersOrNull('min', 'max'),
  /** Ranges of further columns, which hold as well. */
  also: z.array(columnRangeSchema).exactOptional(),
  /** What the row's parent, or the row of another evolver at its seed, must have. */
  partner: partnerFilterSchema.exactOptional(),
  /** Whether ranges narrow those of the page's filter on the same columns; without it they take their place. */
  narrows: z.literal(true).exactOptional(),
  /** Saved exports that the rows are in, or not. */
  exports: z.array(exportFilterSchema).exactOptional(),
  /** Words to filter on where the column has them instead of numbers; the range is not looked at then. */
  values: valueFilterSchema.pick({ match: true, values: true }).exactOptional(),
  /** Keep rows without a value too; with an empty range, only those. */
  missing: z.boolean().exactOptional(),
  seedSetKey: z.string().nullable(),
  /** Keys of several seed sets, in place of the one. */
  seedSets: z.array(z.string()).exactOptional(),
  /** `seeds` = the seed rows; null = every arm. */
  armKey: z.string().nullable(),
  round: z.number().nullable(),
  /** Operators of the rows; absent = every operator. */
  operators: z.array(z.string()).exactOptional(),
  /** Key of the benchmark whose results the mark is of: leads to the results instead of the rows. */
  benchmark: z.string().exactOptional(),
})
export type FigureSelection = z.infer<typeof figureSelectionSchema>

/** Rows of one series: how many have a value, and why the others do not. */
const seriesCountSchema = z.object({
  ...texts('seriesKey', 'label'),
  /** Drawing key of the arm: its key, or `seeds`. */
  arm: z.string(),
  seedSetKey: z.string(),
  ...numbers('round', 'n', 'valued'),
  /** Status name -> rows without a value. */
  missing: z.record(z.string(), z.number()),
  ...numbers('done', 'total'),
  runId: z.string().nullable(),
  definitionHash: z.string(),
})
export type SeriesCount = z.infer<typeof seriesCountSchema>

/** Series of one column whose definitions differ: they share an axis only if the user says so. */
const figureConflictSchema = z.object({
  ...texts('column', 'label'),
  /** Whether all groups are drawn; otherwise only the first is. */
  mixed: z.boolean(),
  definitions: z.array(z.object({ hash: z.string(), series: z.array(z.string()) })),
})
export type FigureConflict = z.infer<typeof figureConflictSchema>

/** An arm as it is drawn: one colour, marker and texture in every figure. */
const armMarkSchema = z.object({
  /** The arm's key, or `seeds`. */
  key: z.string(),
  label: z.string(),
  /** null = the seeds. */
  colorIndex: z.number().nullable(),
})
export type ArmMark = z.infer<typeof armMarkSchema>

const preparedShape = {
  arms: z.array(armMarkSchema),
  counts: z.array(seriesCountSchema),
  conflicts: z.array(figureConflictSchema),
  /** Sentences printed under the chart: what to keep in mind while reading it. */
  notes: z.array(z.string()),
  /** Set where benchmark results or prompts are counted instead of rows. */
  counted: z.enum(['results', 'prompts']).exactOptional(),
}
const preparedCommonSchema = z.object(preparedShape)

/** What every prepared figure holds besides its own drawing data. Plain JSON. */
export type PreparedCommon = z.infer<typeof preparedCommonSchema>

const tableColumnSchema = z.object({ key: z.string(), label: z.string(), unit: z.string() })
export type TableColumn = z.infer<typeof tableColumnSchema>

const tableCellSchema = z.union([z.string(), z.number()]).nullable()
export type TableCell = z.infer<typeof tableCellSchema>

/** The figure as numbers: shown as its text alternative and written as CSV. */
const figureTableSchema = z.object({
  columns: z.array(tableColumnSchema),
  rows: z.array(z.record(z.string(), tableCellSchema)),
  /** Parallel to rows: the rows behind a line, where there are any. */
  selections: z.array(figureSelectionSchema.nullable()).exactOptional(),
})
export type FigureTable = z.infer<typeof figureTableSchema>

/** The ways in which figures are drawn; components/figures/index.tsx has the drawing of each. */
const DRAWINGS = [
  'curves',
  'levels',
  'lines',
  'bars',
  'dots',
  'points',
  'matrix',
  'cases',
  'sets',
  'forest',
  'prompts',
] as const
export type FigureDrawing = (typeof DRAWINGS)[number]

/** The questions that figures answer, in the order of the figures page, with their headings. */
export const FIGURE_QUESTIONS = {
  hard: 'How hard are the instructions?',
  diverse: 'How diverse are they?',
  certain: 'How certain is the evolver?',
  worth: 'Which rows are worth training on?',
  healthy: 'Are the rows healthy?',
  source: 'Where do the rows come from?',
  gain: 'Did training gain from them?',
} as const
const QUESTION_KEYS = Object.keys(FIGURE_QUESTIONS) as (keyof typeof FIGURE_QUESTIONS)[]
export type FigureQuestion = keyof typeof FIGURE_QUESTIONS

/** A figure as the browser knows it. */
const figureMetaSchema = z.object({
  ...texts('id', 'title', 'description'),
  drawing: z.enum(DRAWINGS),
  question: z.enum(QUESTION_KEYS),
  options: z.array(optionFieldSchema),
  /** Whether the drawn bins or curves can be had as a table of their own. */
  hasDrawnValues: z.boolean(),
  /** Option and choice that draw the imported values of the study; absent where it has none. */
  imported: z.object({ option: z.string(), choice: z.string() }).exactOptional(),
})
export type FigureMeta = z.infer<typeof figureMetaSchema>

/** Returns the option that must name a column before the figure can be drawn, or null when none is left open. */
export function unchosenColumn(
  meta: FigureMeta,
  options: Record<string, unknown>,
): OptionField | null {
  const isOpen = (field: OptionField) =>
    field.columns !== undefined && (options[field.name] ?? field.default) === ''
  return meta.options.find(isOpen) ?? null
}

/** A figure of a study's list: whether it can show anything yet, and what it would need. */
export const figureListItemSchema = figureMetaSchema.extend({
  available: z.boolean(),
  /** Measured metrics whose runs feed it. */
  needs: z.array(z.string()),
})
export type FigureListItem = z.infer<typeof figureListItemSchema>

/** A run behind a figure, for its card. */
const figureCardSchema = z.object({
  ...texts('runId', 'definitionHash'),
  model: z.string().nullable(),
})
export type FigureCard = z.infer<typeof figureCardSchema>

/** Everything that the browser needs to show one figure. */
export const figureResultSchema = z.object({
  figure: figureMetaSchema,
  /** Options with defaults filled in. */
  options: plainObjectSchema,
  /** What a figure draws is its own; it is handed through as it is. */
  prepared: z.looseObject(preparedShape) as unknown as z.ZodType<PreparedCommon, PreparedCommon>,
  table: figureTableSchema,
  ...texts('reading', 'altText'),
  cards: z.array(figureCardSchema),
  /** Name of the study; null = generated example data. */
  study: z.string().nullable(),
  /** Rows that were drawn; {} = all. */
  filter: rowFilterSchema.partial(),
  citation: citationSchema,
  /** Version of Evolens. */
  version: z.string(),
  /** Milliseconds since the epoch. */
  preparedAt: z.number(),
})
export type FigureResult = z.infer<typeof figureResultSchema>
