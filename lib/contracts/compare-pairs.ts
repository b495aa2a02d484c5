import { z } from 'zod'
import { numbers, texts, textsOrNull } from './fields'
import { metricValueSchema } from './rows'

const compareTextSchema = z.object({
  ...texts('cellId', 'instruction'),
  idx: z.number(),
  ...textsOrNull('input', 'response'),
  /** Whether one of the texts was cut; the pair's own address gives them whole. */
  clamped: z.boolean(),
  operator: z.string().nullable(),
})
export type CompareText = z.infer<typeof compareTextSchema>

export const comparePairSchema = z.object({
  seedSetKey: z.string(),
  slot: z.number(),
  /** How many earlier pairs have the same seed. */
  copy: z.number(),
  /** null when the study holds no seed texts. */
  seed: compareTextSchema.nullable(),
  a: compareTextSchema,
  b: compareTextSchema,
  valueA: metricValueSchema,
  valueB: metricValueSchema,
  /** A - B; null when a side has no value or the sides conflict. */
  difference: z.number().nullable(),
})
export type ComparePair = z.infer<typeof comparePairSchema>

export const comparePageSchema = z.object({
  column: z.string().nullable(),
  /** `total` counts the pairs that the filter leaves. */
  ...numbers('total', 'offset'),
  rows: z.array(comparePairSchema),
  serverMs: z.number(),
})
export type ComparePage = z.infer<typeof comparePageSchema>

// Three texts a pair: a window of this many stays well under a megabyte.
export const MAX_PAIRS = 200
