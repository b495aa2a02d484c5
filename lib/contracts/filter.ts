import { z } from 'zod'
import {
  exportFilterSchema,
  partnerFilterSchema,
  rangeFilterSchema,
  valueFilterSchema,
} from './column-filter'
import { conditionSchema } from './condition'
import { findSchema, searchedText } from './find'
import { LIMITS, nameSchema, namesSchema, roundSchema } from './limits'
import { MARK_KINDS } from './rows'

/** Seeds are written by hand and stand in addresses and captions; ten digits are more than anyone types. */
export const MAX_SEED = 2 ** 31 - 1

/**
 * Rows drawn without replacement from all that the rest of the filter keeps: a number of them or a share. The draw is from
 * file order, so it is the same under any sort, and a larger sample under one seed holds the smaller one.
 */
export const rowSampleSchema = z
  .object({
    rows: z.number().int().min(1).exactOptional(),
    share: z.number().gt(0).max(1).exactOptional(),
    seed: z.number().int().min(0).max(MAX_SEED),
  })
  .refine(
    ({ rows, share }) => (rows === undefined) !== (share === undefined),
    'A sample has a number of rows or a share of them, not both.',
  )
export type RowSample = z.infer<typeof rowSampleSchema>

/** Which rows a page shows. Empty lists mean "all". */
export const rowFilterSchema = z.object({
  seedSets: namesSchema.default([]),
  /** Arm keys; the word `seeds` means the seed rows. */
  arms: namesSchema.default([]),
  rounds: z.array(roundSchema).max(LIMITS.list).default([]),
  operators: namesSchema.default([]),
  ranges: z.array(rangeFilterSchema).max(LIMITS.list).default([]),
  values: z.array(valueFilterSchema).max(LIMITS.list).default([]),
  partners: z.array(partnerFilterSchema).max(LIMITS.list).exactOptional(),
  exports: z.array(exportFilterSchema).max(LIMITS.list).exactOptional(),
  /** Case-insensitive text in instruction, input or response. */
  text: searchedText.default(''),
  /** What the search box asks for beyond plain text: words, regular expressions, one text, capital letters. */
  find: findSchema.exactOptional(),
  /** Only rows with these marks. */
  marks: z.array(z.enum(MARK_KINDS)).max(LIMITS.list).default([]),
  /** Only rows with one of these tags of the user's own. */
  tags: namesSchema.exactOptional(),
  hideDropped: z.boolean().default(false),
  /** Kept by all of the above and by this too. */
  where: conditionSchema.exactOptional(),
  /** Drawn from what all of the above keep. */
  sample: rowSampleSchema.exactOptional(),
})
export type RowFilter = z.infer<typeof rowFilterSchema>

/** `position` is file order: seed set, arm, round, row. */
export const rowSortSchema = z.object({
  column: nameSchema.default('position'),
  descending: z.boolean().default(false),
})
export type RowSort = z.infer<typeof rowSortSchema>

/** How the table of rows is laid out: parts of the row that are shown, order of all columns, columns that stay at the left. */
export const tableLayoutSchema = z.object({
  fields: namesSchema,
  order: namesSchema,
  pins: namesSchema,
})
export type TableLayout = z.infer<typeof tableLayoutSchema>

export const viewStateSchema = z.object({
  filter: rowFilterSchema,
  sort: rowSortSchema,
  columns: namesSchema,
})
export type ViewState = z.infer<typeof viewStateSchema>

/** Returns the filter that keeps every row. */
export function emptyFilter(): RowFilter {
  return rowFilterSchema.parse({})
}
