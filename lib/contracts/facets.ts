import { z } from 'zod'
import { columnHistogramSchema, rowPageSchema } from './rows'

/** Rows of each value of a part of the filter. */
const countsSchema = z.array(z.object({ key: z.string(), rows: z.number() }))

/**
 * What a filter leaves to choose from: each part is counted under the others, without itself, and before a sample is drawn,
 * since a sample of other rows would be another one.
 */
export const facetsSchema = z.object({
  /** Rows that pass the filter, its sample included. */
  total: z.number(),
  /** Rows of the study. */
  outOf: z.number(),
  seedSets: countsSchema,
  /** By key; `seeds` are the seed rows. */
  arms: countsSchema,
  rounds: countsSchema,
  operators: countsSchema,
  marks: countsSchema,
  /** The user's own tags that stand on a row of the study. */
  tags: countsSchema,
  /** The columns that were asked for, in that order. */
  columns: z.array(columnHistogramSchema),
  /** The first rows, where a limit asks for them. */
  page: rowPageSchema.nullable(),
  /** Milliseconds the server spent. */
  serverMs: z.number(),
})
export type Facets = z.infer<typeof facetsSchema>
export type FacetCounts = z.infer<typeof countsSchema>

export const conditionCountSchema = z.object({
  /** Its place in the tree, with a single condition taken as a group of one. */
  path: z.array(z.number()),
  /** Rows of the study that the condition keeps by itself; null where it is switched off. */
  alone: z.number().nullable(),
  /** Rows that the whole filter would keep without it. */
  without: z.number().nullable(),
})
export type ConditionCount = z.infer<typeof conditionCountSchema>
