import { z } from 'zod'
import { VALUE_MATCHES } from './column-kinds'
import { LIMITS, nameSchema } from './limits'

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
export type RangeFilter = z.infer<typeof rangeFilterSchema>
export type PartnerFilter = z.infer<typeof partnerFilterSchema>

/** Keep the rows of a saved export, or those that are not in it. Its filter is asked again, so it follows the data. */
export const exportFilterSchema = z.object({ id: nameSchema, inside: z.boolean() })
export type ExportFilter = z.infer<typeof exportFilterSchema>

/** Keep the rows of a saved subset, or those that are not in it. Its rules are applied again, so it follows the data. */
export const subsetFilterSchema = z.object({ id: nameSchema, inside: z.boolean() })
export type SubsetFilter = z.infer<typeof subsetFilterSchema>
