import { z } from 'zod'
import { VALUE_MATCHES } from './column-kinds'
import { LIMITS, nameSchema, namesSchema, roundSchema } from './limits'
import { plainObjectSchema } from './plain-object'
import { MARK_KINDS } from './rows'

/** A metric column by name: `<metric>.<output>` or `<derived>.<variant>`, optionally `@<run id>`. */
export const columnIdSchema = nameSchema.regex(/^[a-z0-9_]+\.[A-Za-z0-9_-]+(@[a-z0-9-]+)?$/)

/** Keep rows whose value lies in [min, max]; either end may be open. `missing` keeps rows without a value as well. */
export const rangeFilterSchema = z.object({
  column: columnIdSchema,
  min: z.number().nullable(),
  max: z.number().nullable(),
  missing: z.boolean().default(false),
})

/** Keep rows by the words of a column: its category, its tags, yes or no, its text. `contains` ignores case. */
export const valueFilterSchema = z.object({
  column: columnIdSchema,
  match: z.enum(VALUE_MATCHES).default('any'),
  values: z.array(z.string().max(LIMITS.columnText)).max(LIMITS.list),
  /** Keeps rows without a value as well. Where no values are named: only those, and without it all that have any. */
  missing: z.boolean().default(false),
})
export type ValueFilter = z.infer<typeof valueFilterSchema>

/**
 * Keep rows whose partner has a value in [min, max]: the row that a row was evolved from, or the row of another evolver at
 * the same seed and round.
 */
export const partnerFilterSchema = z.object({
  of: z.union([z.literal('parent'), z.object({ arm: nameSchema })]),
  column: columnIdSchema,
  min: z.number().nullable(),
  max: z.number().nullable(),
})
export type PartnerFilter = z.infer<typeof partnerFilterSchema>

/** Keep the rows of a saved export, or those that are not in it. Its filter is asked again, so it follows the data. */
export const exportFilterSchema = z.object({ id: nameSchema, inside: z.boolean() })

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
  text: z.string().max(LIMITS.search).default(''),
  /** Only rows with these marks. */
  marks: z.array(z.enum(MARK_KINDS)).max(LIMITS.list).default([]),
  hideDropped: z.boolean().default(false),
})
export type RowFilter = z.infer<typeof rowFilterSchema>
export type RangeFilter = z.infer<typeof rangeFilterSchema>

/** `position` is file order: seed set, arm, round, row. */
export const rowSortSchema = z.object({
  column: nameSchema.default('position'),
  descending: z.boolean().default(false),
})
export type RowSort = z.infer<typeof rowSortSchema>

export const viewStateSchema = z.object({
  filter: rowFilterSchema,
  sort: rowSortSchema,
  columns: namesSchema,
  /** The figures page, where the view was saved there: shown figures (null = those shown at first) and their options. */
  figures: z
    .object({ show: z.string().max(LIMITS.reason).nullable(), options: plainObjectSchema })
    .exactOptional(),
})
export type ViewState = z.infer<typeof viewStateSchema>

/** A saved filter, sort and column choice. */
export const savedViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** null where it cannot be read: such a view can only be removed. */
  state: viewStateSchema.nullable(),
  createdAt: z.number(),
})
export type SavedView = z.infer<typeof savedViewSchema>

/** Returns the filter that keeps every row. */
export function emptyFilter(): RowFilter {
  return rowFilterSchema.parse({})
}
