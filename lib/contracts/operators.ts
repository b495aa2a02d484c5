import { z } from 'zod'
import { nameSchema, roundSchema } from './limits'

/**
 * How the operators of a file's rows are known: not at all, by the rotation of four or five operators over row and round,
 * by a column of the file, or one operator for all rows.
 */
export type OperatorRule = 'none' | 'rotation4' | 'rotation5' | `column:${string}` | `one:${string}`

function isRule(value: unknown): value is OperatorRule {
  if (typeof value !== 'string' || value.length > 300) return false
  return /^(?:none|rotation[45]|column:.+|one:[a-z]+)$/s.test(value)
}

export const operatorRuleSchema = z.custom<OperatorRule>(
  isRule,
  'Operators are none, rotation4, rotation5, column:NAME or one:OPERATOR.',
)

/** Returns the name behind `column:` or `one:`, or null for another rule. */
export function operatorRuleValue(rule: OperatorRule, kind: 'column' | 'one'): string | null {
  return rule.startsWith(`${kind}:`) ? rule.slice(kind.length + 1) : null
}

/** How rows meet their parents: by position, by id, by the parent's text in the row, by likeness of the texts, not at all. */
export const ALIGN_WAYS = ['index', 'id', 'text', 'similarity', 'none'] as const
export type AlignWay = (typeof ALIGN_WAYS)[number]

/** Likeness of texts from which rows are linked, unless another threshold is given. */
export const SIMILARITY_THRESHOLD = 0.5
/** How much more a row must be like its parent than like the second row: nearer ones cannot be told apart. */
export const SIMILARITY_MARGIN = 0.05

const thresholdSchema = z.number().min(0).max(1)

/** The file that rows descend from: evolver (null = the seeds) and round in the same seed set. */
export const parentPlaceSchema = z.object({
  arm: nameSchema.nullable(),
  round: roundSchema,
})
export type ParentPlace = z.infer<typeof parentPlaceSchema>

/** What can be said of an alignment beside its kind; kept with it, so that it can be made again. */
export const alignSettingsSchema = z.object({
  /** Least likeness, for the kind `similarity`. */
  threshold: thresholdSchema.optional(),
  /** null = the round before of the same evolver, or the seeds. */
  parent: parentPlaceSchema.nullable().optional(),
})
export type AlignSettings = z.infer<typeof alignSettingsSchema>

/** What is changed about the alignment of files that are in the study; absent fields stay. */
export const alignRequestSchema = z
  .object({
    /** Cell ids. */
    cells: z.array(z.string()).min(1).max(500),
    align: z.enum(ALIGN_WAYS).optional(),
    operators: operatorRuleSchema.optional(),
    ...alignSettingsSchema.shape,
  })
  .refine(
    (request) =>
      Object.entries(request).some(([key, value]) => key !== 'cells' && value !== undefined),
    {
      message: 'Say how rows are aligned, which operators they have, or both.',
    },
  )
export type AlignCellsRequest = z.infer<typeof alignRequestSchema>

/** What a page needs to offer another alignment of one file. */
export const alignmentFactsSchema = z.object({
  /** Rows made here have recorded parents and operators, which stay. */
  isRecorded: z.boolean(),
  align: z.enum(ALIGN_WAYS),
  threshold: thresholdSchema,
  parent: parentPlaceSchema.nullable(),
  /** Files of earlier rounds in the same seed set. */
  parents: z.array(parentPlaceSchema),
  operators: operatorRuleSchema,
  /** Columns of the file that may hold operators, the likeliest first. */
  columns: z.array(z.string()),
  operatorNames: z.array(z.string()),
  /** The rotation that fits the name and size of the seed set; null where none is known, or the file has a column of operators. */
  rotation: z.enum(['rotation4', 'rotation5']).nullable(),
  idRule: z.string(),
})
export type AlignmentFacts = z.infer<typeof alignmentFactsSchema>

/** What alignment by similarity would come to, before it is made. */
export const similarityPreviewSchema = z.object({
  /** Rows looked at, of all. */
  looked: z.number(),
  total: z.number(),
  /** Entry k: rows looked at that a threshold of k / 20 links. */
  linked: z.array(z.number()),
  /** Pairs nearest to being decided otherwise, the nearest first. */
  doubtful: z.array(
    z.object({
      childIdx: z.number(),
      parentIdx: z.number(),
      score: z.number(),
      second: z.number(),
      /** Why it is no link at this threshold; null where it is one. */
      doubt: z.enum(['below', 'ambiguous', 'taken']).nullable(),
      child: z.string(),
      parent: z.string(),
    }),
  ),
})
export type SimilarityPreview = z.infer<typeof similarityPreviewSchema>
