import { z } from 'zod'
import { COLUMN_KINDS } from '@/lib/contracts/column-kinds'
import { LIMITS, keySchema, roundSchema, storedLabelSchema } from '@/lib/contracts/limits'
import { parentPlaceSchema } from '@/lib/contracts/operators'
import { plainObjectSchema } from '@/lib/contracts/plain-object'

/** Name of what an export said of an upload, beside its bytes. */
export const RESTORED_FILE = 'restored.json'

/** A column of values that an export carried. */
const restoredColumnSchema = z.object({
  /** Key under which the rows keep it. */
  key: z.string(),
  /** Name of the column here. */
  column: z.string().max(LIMITS.sourceColumn),
  kind: z.enum(COLUMN_KINDS),
  /** Hash of the definition under which the values were computed: others never mix with them. */
  definition: z.string(),
  /** The card as the export states it; null where it came without its recipe. */
  card: plainObjectSchema.nullable(),
})
export type RestoredColumn = z.infer<typeof restoredColumnSchema>

/** What an export states of the rows of one upload: where they belong, their parents' file and their columns. */
export const restoredSchema = z.object({
  place: z.object({
    seedSetKey: keySchema,
    seedSetLabel: storedLabelSchema,
    armKey: keySchema.nullable(),
    armLabel: storedLabelSchema.nullable(),
    round: roundSchema,
  }),
  /** Set where the parents are not in the round before of the same evolver, nor the seeds. */
  parent: parentPlaceSchema.nullable(),
  columns: z.array(restoredColumnSchema),
  notes: z.array(z.string()),
})
export type Restored = z.infer<typeof restoredSchema>
