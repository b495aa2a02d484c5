import { z } from 'zod'
import { numbers, texts, textsOrNull } from './fields'
import { tokenStripSchema } from './token-strip'
import { plainObjectSchema } from './plain-object'

/** What a user can say of a row. */
export const MARK_KINDS = ['star', 'keep', 'drop', 'tag', 'note'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** One thing that is said of a row, by the number of its log entry. */
const rowNoteSchema = z.object({
  ...numbers('no', 'at'),
  ...texts('author'),
  ...textsOrNull('value', 'reason'),
  kind: z.enum(MARK_KINDS),
})
export type RowNote = z.infer<typeof rowNoteSchema>

/** Most rows of one page: three screens with room to spare. */
export const MAX_PAGE_ROWS = 500

/** One value of a column in one row, with the reason when it is missing. */
export const metricValueSchema = z.object({
  /** Scalar, enum ordinal or row index; a vector gives its array; category and text, flag, tags as they are. null = missing. */
  value: z
    .union([
      z.number(),
      z.string(),
      z.boolean(),
      z.array(z.number().nullable()),
      z.array(z.string()),
    ])
    .nullable(),
  status: z.string(),
})
export type MetricValue = z.infer<typeof metricValueSchema>

const placesSchema = z.array(z.tuple([z.number(), z.number()]))

/** Places in the texts of a row that the filter searches for: beginning and end, in order and apart. */
export const rowMatchesSchema = z.object({
  instruction: placesSchema.exactOptional(),
  input: placesSchema.exactOptional(),
  response: placesSchema.exactOptional(),
})
export type RowMatches = z.infer<typeof rowMatchesSchema>

export const rowListItemSchema = z.object({
  ...texts('cellId', 'seedSetKey'),
  ...numbers('idx', 'round'),
  ...textsOrNull('armKey', 'operator'),
  slot: z.number().nullable(),
  /** Clamped to 300 characters for lists; the detail holds the whole text. */
  instruction: z.string(),
  ...textsOrNull('input', 'response'),
  flags: z.array(z.string()),
  /** Kinds of what is said of the row. */
  marks: z.array(z.string()),
  /** The user's own tags. */
  tags: z.array(z.string()),
  note: z.string().nullable(),
  values: z.record(z.string(), metricValueSchema),
  /** Of the texts as they are given here, where the filter searches texts. */
  matches: rowMatchesSchema.exactOptional(),
  /** Cosine with the row that the filter asks for similar rows of. */
  similarity: z.number().exactOptional(),
})
export type RowListItem = z.infer<typeof rowListItemSchema>

export const rowPageSchema = z.object({
  /** Rows that pass the filter. */
  total: z.number(),
  /** Rows of the study before the filter. */
  outOf: z.number(),
  offset: z.number(),
  rows: z.array(rowListItemSchema),
  /** Milliseconds the server spent. */
  serverMs: z.number(),
})
export type RowPage = z.infer<typeof rowPageSchema>

/** A short form of a relative of the row. */
export const rowRefSchema = z.object({
  ...texts('cellId', 'seedSetKey', 'instruction'),
  ...numbers('idx', 'round'),
  ...textsOrNull('armKey', 'operator'),
  confidence: z.number().nullable(),
})
export type RowRef = z.infer<typeof rowRefSchema>

/** The response of one row in one set. */
export const rowResponseSchema = z.object({
  ...texts('key', 'label'),
  isCurrent: z.boolean(),
  text: z.string().nullable(),
  status: z.string(),
  finishReason: z.string().nullable(),
})
export type RowResponse = z.infer<typeof rowResponseSchema>

export const rowDetailSchema = z.object({
  row: rowListItemSchema.extend({
    system: z.string().nullable(),
    history: z.unknown(),
    extra: z.unknown(),
    externalId: z.string().nullable(),
    ...texts('fileName', 'sha256'),
    /** What losses are of where that is not instruction and response: the last user and assistant pair of a chat. */
    lastPair: z.object({ user: z.string(), reply: z.string() }).nullable(),
  }),
  parent: rowRefSchema.nullable(),
  children: z.array(rowRefSchema),
  /** The whole chain from the seed to this row, oldest first, this row included. */
  lineage: z.array(rowRefSchema),
  /** Same seed by other evolvers and in other rounds, those of the nearest rounds first; lineage and children are not among them. */
  siblings: z.array(rowRefSchema),
  /** Metric id -> what the run kept of this row: reply, tokens, error. */
  details: z.array(
    z.object({
      ...texts('metric', 'runId'),
      detail: plainObjectSchema,
      /** Tokens with their losses, where the run scored tokens. */
      strip: tokenStripSchema.nullable(),
    }),
  ),
  notes: z.array(rowNoteSchema),
  /** Of each set of its file, the current one first. */
  responses: z.array(rowResponseSchema),
})
export type RowDetail = z.infer<typeof rowDetailSchema>

/** Rows that are like one row. */
export const nearbyRowsSchema = z.object({
  /** The same instruction, letter by letter, anywhere in the study; the first of them. */
  duplicates: z.array(rowRefSchema),
  moreDuplicates: z.number(),
  /** The nearest row of its file under minimum neighbour distance; null without a run. */
  nearest: rowRefSchema.nullable(),
  distance: z.number().nullable(),
  /** Rows whose nearest row this one is. */
  nearestTo: z.array(rowRefSchema),
})
export type NearbyRows = z.infer<typeof nearbyRowsSchema>

export const columnHistogramSchema = z.object({
  column: z.string(),
  edges: z.array(z.number()),
  counts: z.array(z.number()),
  n: z.number(),
  missing: z.record(z.string(), z.number()),
  /** Columns of words instead of numbers: rows of each, most frequent first; edges and counts are empty then. */
  words: z
    .object({
      counts: z.array(z.object({ word: z.string(), rows: z.number() })),
      /** Distinct words that the list leaves out. */
      more: z.number(),
    })
    .nullable(),
})
export type ColumnHistogram = z.infer<typeof columnHistogramSchema>
