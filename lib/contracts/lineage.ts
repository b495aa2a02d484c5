import { z } from 'zod'
import { booleans, numbers, texts, textsOrNull } from './fields'
import { columnIdSchema } from './column-filter'
import { nameSchema, roundSchema } from './limits'
import { rowListItemSchema } from './rows'
import { SEEDS_KEY } from './seeds'

/** Most seeds of one page: about two screens of a large display. */
export const MAX_LINEAGE_SEEDS = 100

/** Characters of a step's text in the grid; the story of a seed has the whole. */
export const STEP_CHARACTERS = 600

/** The step by whose column seeds are ordered; `position` is the order of the seed sets, `length` that of the instruction. */
export const lineageSortSchema = z.object({
  column: z.union([z.literal('position'), z.literal('length'), columnIdSchema]).default('position'),
  /** Key of an evolver, or the word for the seeds. */
  arm: nameSchema.default(SEEDS_KEY),
  round: roundSchema.default(0),
  descending: z.boolean().default(false),
})
export type LineageSort = z.infer<typeof lineageSortSchema>

export const rowPlaceSchema = z.object({ cellId: z.string(), idx: z.number() })

/** One row of a seed's lineage. */
export const lineageStepSchema = z.object({
  ...rowListItemSchema.shape,
  /** The row it was made from; null for seeds and rows without a known parent. */
  parent: rowPlaceSchema.nullable(),
  /** How sure the link to the parent is, 1 = by position or id. */
  confidence: z.number().nullable(),
  ...textsOrNull('operatorSource'),
  /** The texts are cut. */
  isCut: z.boolean(),
  /** Further rows of the same evolver and round that descend from this seed. */
  more: z.number(),
})
export type LineageStep = z.infer<typeof lineageStepSchema>

export const lineageSeedSchema = z.object({
  ...texts('seedSetKey'),
  /** Position in the seed set; null for a row that no seed is known of. */
  slot: z.number().nullable(),
  /** Seeds first, then by evolver and round; the first row where an evolver has several. */
  steps: z.array(lineageStepSchema),
})
export type LineageSeed = z.infer<typeof lineageSeedSchema>

/** What is broken about the lineage of one file. */
export const lineageGapSchema = z.object({
  ...texts('cellId', 'seedSetKey'),
  armKey: z.string().nullable(),
  /** `unlinked`: rows without a seed; `repeated`: seeds of which this file has several rows. */
  ...numbers('round', 'rows', 'unlinked', 'repeated'),
  /** Why rows are not aligned, where it is known. */
  reason: z.string().nullable(),
})
export type LineageGap = z.infer<typeof lineageGapSchema>

/** The figure that draws single seeds. */
export const CASES_FIGURE = 'case-panels'

/** Seeds of one figure: more are a page of the lineage grid. */
export const DRAWN_SEEDS = 6

/** A seed by its place. */
export interface SeedPlace {
  seedSetKey: string
  slot: number
}

/** Returns seeds as one text: `12~alpaca 40~gsm8k-train`, blanks and signs in a key percent-encoded. */
export function seedsText(seeds: readonly SeedPlace[]): string {
  return seeds.map(({ seedSetKey, slot }) => `${slot}~${encodeURIComponent(seedSetKey)}`).join(' ')
}

/** Returns the seeds that a text names, divided by blanks or commas; null where a part is no seed. A number alone leaves the seed set open (''). */
export function seedsIn(text: string): SeedPlace[] | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const seeds: SeedPlace[] = []
  for (const part of parts) {
    const [, slot, key = ''] = /^(\d{1,9})(?:~(.+))?$/.exec(part) ?? []
    if (slot === undefined) return null
    try {
      seeds.push({ seedSetKey: decodeURIComponent(key), slot: Number(slot) })
    } catch {
      return null
    }
  }
  return seeds
}

export const lineagePageSchema = z.object({
  /** Seeds with a matching row, and rows without a seed that match. */
  ...numbers('total', 'outOf', 'offset', 'serverMs'),
  seeds: z.array(lineageSeedSchema),
  /** Where in the list the row that was looked for is; null where it is not, or none was. */
  foundAt: z.number().nullable(),
  gaps: z.array(lineageGapSchema),
})
export type LineagePage = z.infer<typeof lineagePageSchema>

export const lineageStorySchema = z.object({
  ...texts('seedSetKey'),
  slot: z.number(),
  /** The seed is in the study; its texts are among the steps. */
  ...booleans('hasSeed'),
  /** Every row that descends from the seed, whole texts. */
  steps: z.array(lineageStepSchema),
})
export type LineageStory = z.infer<typeof lineageStorySchema>
