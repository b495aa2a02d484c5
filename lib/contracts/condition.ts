import { z } from 'zod'
import {
  exportFilterSchema,
  partnerFilterSchema,
  rangeFilterSchema,
  subsetFilterSchema,
  valueFilterSchema,
} from './column-filter'
import {
  regexAtomSchema,
  repeatsAtomSchema,
  similarAtomSchema,
  textAtomSchema,
  wordsAtomSchema,
} from './find'
import { LIMITS, nameSchema, namesSchema, roundSchema } from './limits'
import { areaAtomSchema } from './map'
import { MARK_KINDS } from './rows'

/** Conditions inside each other: what a person can read; the builder draws one frame for each. */
const MAX_DEPTH = 8
/** Conditions of one filter: every one may go over all rows. */
const MAX_CONDITIONS = 100

/** What can be asked of a response; one that was cut is there as well, one that failed is not. */
export const RESPONSE_STATES = ['present', 'truncated', 'failed', 'missing'] as const

/**
 * One condition on a row, told apart by `is`. Each kind is evaluated by the file of its name in
 * lib/services/rows/conditions.
 */
export const atomSchema = z.discriminatedUnion('is', [
  rangeFilterSchema.extend({ is: z.literal('range') }),
  valueFilterSchema.extend({ is: z.literal('values') }),
  partnerFilterSchema.extend({ is: z.literal('partner') }),
  exportFilterSchema.extend({ is: z.literal('export') }),
  subsetFilterSchema.extend({ is: z.literal('subset') }),
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
  textAtomSchema,
  wordsAtomSchema,
  regexAtomSchema,
  repeatsAtomSchema,
  similarAtomSchema,
  areaAtomSchema,
  /** The response of the current set, or of the set of a key: there, cut by the token limit, failed, or not there. */
  z.object({
    is: z.literal('response'),
    states: z.array(z.enum(RESPONSE_STATES)).max(RESPONSE_STATES.length),
    set: nameSchema.exactOptional(),
  }),
  /** Case-insensitive text in a note that stands; an empty one is in every note. */
  z.object({ is: z.literal('note'), text: z.string().max(LIMITS.search) }),
  /**
   * Rows on which models were trained whose result on a benchmark lies in a range; shares are percent. A row counts for the
   * models whose evolver and round, or export, is known. `every` keeps rows of which no such model lies outside.
   */
  z.object({
    is: z.literal('outcome'),
    benchmark: z.string().min(1).max(LIMITS.sourceColumn),
    metric: z.string().max(LIMITS.sourceColumn),
    min: z.number().nullable(),
    max: z.number().nullable(),
    every: z.boolean().default(false),
  }),
  /** Rows that were picked one by one: the place of each in its file, counted from 0. */
  z.object({
    is: z.literal('rows'),
    files: z
      .array(
        z.object({
          cellId: nameSchema,
          rows: z.array(z.number().int().min(0)).max(LIMITS.pickedRows),
        }),
      )
      .max(LIMITS.list),
  }),
])
export type Atom = z.infer<typeof atomSchema>
export type AtomOf<Is extends Atom['is']> = Extract<Atom, { is: Is }>

/**
 * Conditions joined by and, or, not. `not` keeps rows without a value as well: what is missing is not in a range. `off` is
 * switched off: rows are kept as if it were not there.
 */
export type Condition =
  | Atom
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { off: Condition }

const inner = z.lazy((): z.ZodType<Condition> => nodeSchema)
const list = z.array(inner).max(MAX_CONDITIONS)
const nodeSchema: z.ZodType<Condition> = z.union(
  [
    z.strictObject({ all: list }),
    z.strictObject({ any: list }),
    z.strictObject({ not: inner }),
    z.strictObject({ off: inner }),
    atomSchema,
  ],
  { error: ({ input }) => problemOf(input) },
)

const JOINS = ['all', 'any', 'not', 'off'] as const

/** Returns what is wrong with a condition and where, as `any[1].not: ...`; null for one that is right. */
function problemOf(value: unknown, place = ''): string | null {
  const say = (text: string) => (place === '' ? text : `${place}: ${text}`)
  const joins = JOINS.filter((key) => typeof value === 'object' && value !== null && key in value)
  const [join] = joins
  if (join) {
    const others = Object.keys(value as object).filter((key) => key !== join)
    if (others.length > 0)
      return say(`"${join}" stands alone, without ${others.map((key) => `"${key}"`).join(', ')}.`)
    const parts = (value as Record<string, unknown>)[join]
    const at = `${place === '' ? '' : `${place}.`}${join}`
    if (join === 'not' || join === 'off') return problemOf(parts, at)
    if (!Array.isArray(parts)) return say(`"${join}" holds a list of conditions.`)
    if (parts.length > MAX_CONDITIONS) return `${at}: ${MAX_CONDITIONS} conditions at most.`
    for (const [k, part] of parts.entries()) {
      const problem = problemOf(part, `${at}[${k}]`)
      if (problem !== null) return problem
    }
    return null
  }
  const parsed = atomSchema.safeParse(value)
  if (parsed.success) return null
  const [issue] = parsed.error.issues
  if (issue?.code === 'invalid_union' && issue.path[0] !== 'to') {
    const kinds = atomSchema.options.map(({ shape }) => shape.is.value).join(', ')
    return say(`A condition has "is" (${kinds}), or one of ${JOINS.join(', ')}.`)
  }
  const field = issue?.path.join('.') ?? ''
  return say(`${field === '' ? '' : `${field}: `}${issue?.message ?? 'not valid'}`)
}

/** Returns the conditions directly inside of one; none for a single condition on a row. */
export function partsOf(condition: Condition): Condition[] {
  if ('all' in condition) return condition.all
  if ('any' in condition) return condition.any
  if ('off' in condition) return [condition.off]
  return 'not' in condition ? [condition.not] : []
}

/** Returns whether a condition counts: a group of which every part is switched off does not. */
export function isOn(condition: Condition): boolean {
  if ('off' in condition) return false
  const parts = partsOf(condition)
  return parts.length === 0 || parts.some(isOn)
}

/** Returns every single condition on a row that is switched on inside a condition, in order. */
export function atomsOf(condition: Condition): Atom[] {
  if ('is' in condition) return [condition]
  return 'off' in condition ? [] : partsOf(condition).flatMap(atomsOf)
}

function countAtoms(condition: Condition): number {
  return 'is' in condition ? 1 : partsOf(condition).reduce((sum, part) => sum + countAtoms(part), 0)
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
    const length = countAtoms(condition)
    if (length > MAX_CONDITIONS) {
      const message = `A filter can have ${MAX_CONDITIONS} conditions at most; this one has ${length}.`
      context.addIssue({ code: 'custom', message })
    }
  })
