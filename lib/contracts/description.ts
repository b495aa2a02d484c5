import { z } from 'zod'
import { numbers, numbersOrNull, texts } from './fields'

const sideSchema = z.object({
  /** Rows with a value. */
  ...numbers('n', 'missing'),
  /** null where the values have no order, or none is there. */
  ...numbersOrNull('median'),
})

/** A word of a column and how much more often the selected rows have it. */
const wordSchema = z.object({
  word: z.string(),
  ...numbers('selected', 'rest'),
  /** Share of the selected rows minus share of the rest, with its 95 % interval (Newcombe). */
  ...numbers('difference', 'low', 'high'),
})

/** How a column differs between the selected rows and the rest. */
const differenceSchema = z.object({
  /** Id of the column, or `origin.<part>` for where rows come from. */
  ...texts('column', 'label', 'group'),
  /** Cliff's delta, -1 to 1: above 0 where the selected rows are higher. Cramér's V, 0 to 1, for words. */
  measure: z.enum(["Cliff's delta", "Cramér's V"]),
  effect: z.number(),
  selected: sideSchema,
  rest: sideSchema,
  /** Names of levels, for medians. */
  levels: z.array(z.string()).nullable(),
  /** Of a column of words the one whose share differs most. */
  word: wordSchema.nullable(),
})
export type Difference = z.infer<typeof differenceSchema>

/** A word of the instructions that one side has more often. */
const typicalWordSchema = z.object({
  word: z.string(),
  /** Rows of each side's sample that have it. */
  ...numbers('selected', 'rest'),
  /** Log-odds ratio with an informative prior, in standard errors: above 0 for words of the selected rows. */
  z: z.number(),
})
export type TypicalWord = z.infer<typeof typicalWordSchema>

export const descriptionSchema = z.object({
  /** Rows of both sides. */
  ...numbers('selected', 'rest'),
  /** The largest effect first. */
  differences: z.array(differenceSchema),
  /** Columns without a value on one of the sides, and why they are not listed above. */
  leftOut: z.array(z.object(texts('column', 'label', 'reason'))),
  words: z.object({
    ...numbers('selectedRows', 'restRows', 'randomSeed'),
    words: z.array(typicalWordSchema),
  }),
  notes: z.array(z.string()),
  serverMs: z.number(),
})
export type Description = z.infer<typeof descriptionSchema>
