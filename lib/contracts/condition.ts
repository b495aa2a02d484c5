import { z } from 'zod'
import {
  exportFilterSchema,
  partnerFilterSchema,
  rangeFilterSchema,
  valueFilterSchema,
} from './column-filter'
import { LIMITS, namesSchema, roundSchema } from './limits'
import { MARK_KINDS } from './rows'

/** Conditions inside each other: what a person can read; the builder draws one frame for each. */
const MAX_DEPTH = 8
/** Conditions of one filter: every one may go over all rows. */
const MAX_CONDITIONS = 100

/**
 * One condition on a row, told apart by `is`. Each kind is evaluated by the file of its name in
 * lib/services/rows/conditions.
 */
export const atomSchema = z.discriminatedUnion('is', [
  rangeFilterSchema.extend({ is: z.literal('range') }),
  valueFilterSchema.extend({ is: z.literal('values') }),
  partnerFilterSchema.extend({ is: z.literal('partner') }),
  exportFilterSchema.extend({ is: z.literal('export') }),
  /** Where a row comes from; an empty list means "any". Arm keys, and the word `seeds` for the seed rows. */
  z.object({
    is: z.literal('origin'),
    seedSets: namesSchema.default([]),
    arms: namesSchema.default([]),
    rounds: z.array(roundSchema).max(LIMITS.list).default([]),
  }),
  z.object({ is: z.literal('operators'), names: namesSchema }),
  /** One of the marks, or one of the user's own tags. */
  z.object({
    is: z.literal('marks'),
    kinds: z.array(z.enum(MARK_KINDS)).max(LIMITS.list),
    tags: namesSchema.exactOptional(),
  }),
  /** Case-insensitive text in instruction, input or response. */
  z.object({ is: z.literal('text'), text: z.string().min(1).max(LIMITS.search) }),
])
export type Atom = z.infer<typeof atomSchema>
export type AtomOf<Is extends Atom['is']> = Extract<Atom, { is: Is }>

/** Conditions joined by and, or, not. `not` keeps rows without a value as well: what is missing is not in a range. */
export type Condition = Atom | { all: Condition[] } | { any: Condition[] } | { not: Condition }

const list = z.array(z.lazy((): z.ZodType<Condition> => nodeSchema)).max(MAX_CONDITIONS)
const nodeSchema: z.ZodType<Condition> = z.union([
  z.strictObject({ all: list }),
  z.strictObject({ any: list }),
  z.strictObject({ not: z.lazy((): z.ZodType<Condition> => nodeSchema) }),
  atomSchema,
])

/** Returns the conditions directly inside of one; none for a single condition on a row. */
export function partsOf(condition: Condition): Condition[] {
  if ('all' in condition) return condition.all
  if ('any' in condition) return condition.any
  return 'not' in condition ? [condition.not] : []
}

/** Returns every single condition on a row inside a condition, in order. */
export function atomsOf(condition: Condition): Atom[] {
  return 'is' in condition ? [condition] : partsOf(condition).flatMap(atomsOf)
}

function depthOf(condition: Condition): number {
  return 1 + Math.max(0, ...partsOf(condition).map(depthOf))
}

/** Returns whether an unparsed value is nested so deeply that parsing it is refused; goes no deeper than the limit. */
function isTooDeep(value: unknown, depth = 0): boolean {
  // Each condition is an object around a list or another object.
  if (depth > 2 * MAX_DEPTH + 2) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((inner) => isTooDeep(inner, depth + 1))
}

const TOO_DEEP = `Conditions can be nested ${MAX_DEPTH} deep at most. Join some of them in one group.`

export const conditionSchema = z
  .custom<unknown>((value) => !isTooDeep(value), { error: TOO_DEEP, abort: true })
  .pipe(nodeSchema)
  .superRefine((condition, context) => {
    if (depthOf(condition) > MAX_DEPTH) context.addIssue({ code: 'custom', message: TOO_DEEP })
    const { length } = atomsOf(condition)
    if (length > MAX_CONDITIONS) {
      const message = `A filter can have ${MAX_CONDITIONS} conditions at most; this one has ${length}.`
      context.addIssue({ code: 'custom', message })
    }
  })
