import { z } from 'zod'
import { columnIdSchema } from './column-filter'
import { booleans, numbers, texts } from './fields'
import { LIMITS } from './limits'
import { metricValueSchema } from './rows'

/** Longest formula in characters: far more than anybody can check by eye. */
export const MOST_CHARACTERS = 2_000

/** A formula longer than this is refused with its reason by the parser, not by a schema. */
export const formulaTextSchema = z.string().max(10 * MOST_CHARACTERS)

/** What of a formula is stored beside its name. */
export const storedFormulaSchema = z.object({
  /** As it was written. */
  text: z.string(),
  /** The same with every name written as the id of its column: this is what is evaluated. */
  expression: z.string(),
  type: z.enum(['number', 'flag', 'text']),
  /** Words that it may give, where it gives words. */
  levels: z.array(z.string()).nullable(),
  reads: z.array(columnIdSchema),
})
export type StoredFormula = z.infer<typeof storedFormulaSchema>

/** A formula column of a study. */
export const formulaSchema = storedFormulaSchema.extend({
  ...texts('id', 'name', 'column'),
  /** Grows with every edit; older versions are kept. */
  version: z.number(),
  /** Of the expression and of the formulas that it reads. */
  hash: z.string(),
  createdAt: z.number(),
})
export type Formula = z.infer<typeof formulaSchema>

/** What one sends to make or change a formula column. */
export const formulaRequestSchema = z.object({
  name: z.string().trim().min(1).max(LIMITS.viewName),
  text: formulaTextSchema,
})
export type FormulaRequest = z.infer<typeof formulaRequestSchema>

/** What is wrong with a formula, and the part of its text that is meant. */
export const formulaProblemSchema = z.object({
  message: z.string(),
  ...numbers('from', 'to', 'line', 'column'),
})
export type FormulaProblem = z.infer<typeof formulaProblemSchema>

/** What a formula would give, before it is saved; `problem` says why there is nothing. */
export const formulaPreviewSchema = z.discriminatedUnion('isValid', [
  z.object({ isValid: z.literal(false), problem: formulaProblemSchema }),
  z.object({
    isValid: z.literal(true),
    ...storedFormulaSchema.pick({ type: true, levels: true, reads: true, expression: true }).shape,
    ...booleans('hasGroups'),
    ...texts('hash'),
    ...numbers('rows', 'valued', 'serverMs'),
    /** Status name -> rows without a value. */
    missing: z.record(z.string(), z.number()),
    edges: z.array(z.number()),
    counts: z.array(z.number()),
    sample: z.array(
      z.object({
        ...texts('cellId', 'instruction'),
        idx: z.number(),
        value: metricValueSchema,
        inputs: z.record(z.string(), metricValueSchema),
      }),
    ),
  }),
])
export type FormulaPreview = z.infer<typeof formulaPreviewSchema>

/** What begins the id of every formula column. */
export const FORMULA_PREFIX = 'formula_'

/** Returns whether a column id names a formula column. */
export function isFormulaColumn(columnId: string): boolean {
  return columnId.startsWith(FORMULA_PREFIX)
}
