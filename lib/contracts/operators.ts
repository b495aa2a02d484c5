import { z } from 'zod'
import { nameSchema, roundSchema } from './limits'
import { SEEDS_KEY } from './seeds'

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

/**
 * How rows meet their parents: by position, by id, by the parent's text in the row, as an export of Evolens recorded it, by likeness of the
 * texts, by the likeness of their embeddings that a run measured, not at all.
 */
export const ALIGN_WAYS = [
  'index',
  'id',
  'text',
  'lineage',
  'similarity',
  'embedding',
  'none',
] as const
export type AlignWay = (typeof ALIGN_WAYS)[number]

/** Returns whether an alignment goes by how alike rows are, and so has a threshold and doubtful pairs. */
export function isByLikeness(way: AlignWay): boolean {
  return way === 'similarity' || way === 'embedding'
}

/** The ways that can be asked for when a file is imported: without a run there are no embeddings. */
export const IMPORT_ALIGN_WAYS = ALIGN_WAYS.filter((way) => way !== 'embedding')

/** Likeness of texts from which rows are linked, unless another threshold is given. */
export const SIMILARITY_THRESHOLD = 0.5
/** How much more a row must be like its parent than like the second row: nearer ones cannot be told apart. */
export const SIMILARITY_MARGIN = 0.05

const thresholdSchema = z.number().min(0).max(1)

/** How many rows may have one parent: one, the nearest both ways, or any number. */
export const PAIRINGS = ['one', 'many'] as const
export type Pairing = (typeof PAIRINGS)[number]

/** The file that rows descend from: evolver (null = the seeds) and round in the same seed set. */
export const parentPlaceSchema = z.object({
  arm: nameSchema.nullable(),
  round: roundSchema,
})
export type ParentPlace = z.infer<typeof parentPlaceSchema>

/** Stands for the usual parent where a place is written as a text. */
export const USUAL_PARENT = 'usual'
/** How a place is written. */
export const PARENT_FILE_RULE = `${USUAL_PARENT} (the round before of the same evolver, or the seeds), ${SEEDS_KEY}, or EVOLVER.ROUND such as small.1.`

/** Returns the place that a text names, null for the usual one, undefined where it names none. */
export function parentPlaceOf(text: string): ParentPlace | null | undefined {
  if (text === USUAL_PARENT) return null
  if (text === SEEDS_KEY) return { arm: null, round: 0 }
  const [, arm, round] = /^(.+)\.(\d{1,4})$/s.exec(text) ?? []
  return arm === undefined ? undefined : { arm, round: Number(round) }
}

/** Returns how a place is written; see `parentPlaceOf`. */
export function parentPlaceText(place: ParentPlace | null): string {
  if (place === null) return USUAL_PARENT
  return place.arm === null ? SEEDS_KEY : `${place.arm}.${place.round}`
}

/** What can be said of an alignment beside its kind; kept with it, so that it can be made again. */
export const alignSettingsSchema = z.object({
  /** Least likeness, for the kinds `similarity` and `embedding`. */
  threshold: thresholdSchema.optional(),
  /** For the same kinds; one where it is left out. */
  pairing: z.enum(PAIRINGS).optional(),
  /** Id of the run whose embeddings are compared, for the kind `embedding`. */
  run: nameSchema.optional(),
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

/** A run whose embeddings can align files. */
export const embeddingRunSchema = z.object({
  id: z.string(),
  /** The model that embedded; null where the run does not know. */
  model: z.string().nullable(),
  createdAt: z.number(),
})
export type EmbeddingRun = z.infer<typeof embeddingRunSchema>

/** What a page needs to offer another alignment of one file. */
export const alignmentFactsSchema = z.object({
  /** Rows made here have recorded parents and operators, which stay. */
  isRecorded: z.boolean(),
  align: z.enum(ALIGN_WAYS),
  threshold: thresholdSchema,
  pairing: z.enum(PAIRINGS),
  /** The run whose embeddings align the file now; null where none does. */
  run: z.string().nullable(),
  /** Runs that can, pinned and newest first. */
  runs: z.array(embeddingRunSchema),
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
  /** Why there is nothing to show: what is missing, and what to do; null where pairs were found. */
  missing: z.string().nullable(),
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
