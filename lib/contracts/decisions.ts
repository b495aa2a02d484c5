import { z } from 'zod'
import { numbers, texts, textsOrNull } from './fields'
import { rowFilterSchema } from './filter'
import { LIMITS } from './limits'
import { MARK_KINDS, type MarkKind } from './rows'

/** What people read of a row that has a mark, and of a decision that sets it or takes it off. */
const MARK_WORDS: Record<MarkKind, { has: string; set: string; removed: string }> = {
  star: { has: 'Starred', set: 'starred', removed: 'star removed' },
  keep: { has: 'Kept', set: 'kept', removed: 'no longer kept' },
  drop: { has: 'Excluded', set: 'excluded', removed: 'no longer excluded' },
  tag: { has: 'Tagged', set: 'tagged', removed: 'tag removed' },
  note: { has: 'With a note', set: 'noted', removed: 'note removed' },
}

/** Returns what a row with this mark is called. */
export const markedText = (kind: MarkKind): string => MARK_WORDS[kind].has

/** Returns what a decision did to its rows. */
export const decisionText = (kind: MarkKind, removes: boolean): string =>
  MARK_WORDS[kind][removes ? 'removed' : 'set']

/** One decision, whatever rows it is made on. */
export const decisionInputSchema = z.object({
  kind: z.enum(MARK_KINDS),
  /** Text of a note, name of a tag. */
  value: z.string().max(LIMITS.note).nullable().default(null),
  /** Takes the mark off the rows. */
  removes: z.boolean().default(false),
  reason: z.string().max(LIMITS.reason).nullable().default(null),
  /** Who decides, as the user names themselves. */
  author: z.string().trim().min(1).max(LIMITS.label).default('local'),
})
export type DecisionInput = z.output<typeof decisionInputSchema>

/** One line of the log of decisions. */
export const decisionEntrySchema = z.object({
  ...numbers('no', 'rows', 'at'),
  ...texts('author'),
  ...textsOrNull('value', 'reason'),
  kind: z.enum(MARK_KINDS),
  removes: z.boolean(),
  /** null where the rows were chosen one by one, or where it cannot be read. */
  filter: rowFilterSchema.nullable(),
  /** The first of its rows; null where its files are gone. */
  first: z.object({ cellId: z.string(), idx: z.number() }).nullable(),
  /** null while it stands. */
  undoneAt: z.number().nullable(),
})
export type DecisionEntry = z.infer<typeof decisionEntrySchema>

/** Which entries of the log are wanted. */
export const logQuerySchema = z.object({
  kind: z.enum(MARK_KINDS).exactOptional(),
  author: z.string().max(LIMITS.label).exactOptional(),
  /** In the note, the tag, the reason or the author. */
  text: z.string().max(LIMITS.search).default(''),
})
export type LogQuery = z.output<typeof logQuerySchema>
