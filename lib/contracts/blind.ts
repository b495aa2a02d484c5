import { z } from 'zod'
import { booleans, numbers, numbersOrNull, texts } from './fields'
import { emptyFilter, rowFilterSchema } from './filter'
import { LIMITS, nameSchema, namesSchema, roundSchema } from './limits'

/** What a person says of a pair. A skipped pair has no verdict and is in no statistic. */
export const BLIND_VERDICTS = ['left', 'right', 'tie', 'skip'] as const
export type BlindVerdict = (typeof BLIND_VERDICTS)[number]

/** Questions that are proposed; any other may be typed. */
export const BLIND_QUESTIONS = [
  'Which instruction is harder?',
  'Which is the better instruction?',
] as const

// A person does some hundreds in a sitting; the pairs of a session are one JSON text.
export const MAX_BLIND_PAIRS = 2_000
// A question is one sentence, perhaps with what counts.
const QUESTION_CHARACTERS = 500

const sideSchema = z.object({
  arm: nameSchema.describe('Key of the evolver; the word `seeds` means the seed rows.'),
  round: roundSchema.describe('Round of evolution; 0 for the seeds.'),
})
export type BlindSide = z.infer<typeof sideSchema>

/** What is judged: which pairs are drawn, the question, and what is shown. */
export const blindPlanSchema = z.object({
  a: sideSchema,
  b: sideSchema,
  seedSets: namesSchema.default([]).describe('Seed set keys; empty = all.'),
  size: z.number().int().min(1).max(MAX_BLIND_PAIRS).default(50).describe('Pairs to draw.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('Random seed: the same seed draws the same pairs.'),
  filter: rowFilterSchema
    .default(emptyFilter)
    .describe('Both rows of a pair must pass it; its evolvers and rounds are those of the sides.'),
  question: z.string().trim().min(1).max(QUESTION_CHARACTERS).default(BLIND_QUESTIONS[0]),
  showSeed: z.boolean().default(true),
  showResponses: z.boolean().default(false),
})
export type BlindPlan = z.infer<typeof blindPlanSchema>

const personSchema = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.viewName)
  .describe('Name or initials, which keep the sessions of several people apart.')

/** A new session: a plan of its own, or the pairs of another session for another person. */
export const startBlindSchema = z.union([
  z.object({ person: personSchema, like: nameSchema.describe('Id of the session.') }),
  z.object({ person: personSchema, plan: blindPlanSchema }),
])
export type StartBlind = z.infer<typeof startBlindSchema>

const placeSchema = z.object({ cellId: z.string(), idx: z.number() })

/** One drawn pair as it is stored: which rows, and which of them stands left. */
export const storedBlindPairSchema = z.object({
  seedSet: z.string(),
  /** Number of the seed in its seed set. */
  slot: z.number(),
  a: placeSchema,
  b: placeSchema,
  seed: placeSchema.nullable(),
  isALeft: z.boolean(),
})
export type StoredBlindPair = z.infer<typeof storedBlindPairSchema>

/** How the pairs came about, and the random seed of the order, which no reply holds before the end. */
export const storedBlindPlanSchema = blindPlanSchema.extend({
  ...numbers('eligible', 'equal', 'orderSeed'),
})
export type StoredBlindPlan = z.infer<typeof storedBlindPlanSchema>

/** A session as lists show it. Nothing in it tells what is compared. */
export const blindSessionSchema = z.object({
  ...texts('id', 'person', 'question'),
  ...numbers('pairs', 'judged', 'skipped', 'createdAt'),
  ...booleans('showSeed', 'showResponses'),
  endedAt: z.number().nullable(),
})
export type BlindSession = z.infer<typeof blindSessionSchema>

const blindTextSchema = z.object({
  instruction: z.string(),
  input: z.string().nullable(),
  /** null where there is none or responses are not shown. */
  response: z.string().nullable(),
})
export type BlindText = z.infer<typeof blindTextSchema>

/** What a person sees: the next pair without any name, number or id of its rows. */
export const blindStateSchema = z.object({
  session: blindSessionSchema,
  pair: z
    .object({
      /** Position in the session, from 0. */
      no: z.number(),
      seed: blindTextSchema.nullable(),
      /** null where the rows were deleted for good: the pair can only be skipped. */
      left: blindTextSchema.nullable(),
      right: blindTextSchema.nullable(),
    })
    .nullable(),
  /** The verdict that undo would withdraw. */
  last: z.object({ no: z.number(), verdict: z.enum(BLIND_VERDICTS) }).nullable(),
})
export type BlindState = z.infer<typeof blindStateSchema>

// Longer than anybody looks at one pair; whoever leaves the page open overnight is not timed.
const MOST_MS = 24 * 3600 * 1000

export const blindVerdictSchema = z.object({
  no: z.number().int().min(0).describe('Position of the pair, as the state gives it.'),
  verdict: z.enum(BLIND_VERDICTS),
  ms: z.number().min(0).max(MOST_MS).describe('Time that the pair was in sight.'),
})
export type GivenVerdict = z.infer<typeof blindVerdictSchema>

const shareSchema = z.object({
  ...numbers('k', 'n'),
  /** Wilson score interval, 95 %; null for n = 0. */
  ...numbersOrNull('low', 'high'),
})

/** How well other verdicts on the same pairs agree with those of the session. */
export const blindAgreementSchema = z.object({
  kind: z.enum(['person', 'model', 'length']),
  ...texts('id', 'label'),
  /** Pairs with a verdict of both. */
  n: z.number(),
  exact: shareSchema,
  /** Quadratic weights on lose, tie, win; null where it does not exist. */
  kappa: z
    .object({
      ...numbers('value', 'resamples', 'withoutValue'),
      ...numbersOrNull('low', 'high'),
    })
    .nullable(),
  /** Why there is no kappa. */
  kappaReason: z.string().nullable(),
  ...numbersOrNull('unweightedKappa', 'ac1', 'ac2'),
  /** Rows: the session says B, tie, A; columns: the other. */
  table: z.array(z.array(z.number())),
})
export type BlindAgreement = z.infer<typeof blindAgreementSchema>

const revealedSideSchema = sideSchema.extend({ label: z.string() })

/** What a session found, after its end. */
export const blindResultSchema = z.object({
  session: blindSessionSchema,
  /** Whether every pair was judged or skipped when the session ended. */
  isComplete: z.boolean(),
  plan: storedBlindPlanSchema,
  sides: z.object({ a: revealedSideSchema, b: revealedSideSchema }),
  win: shareSchema,
  tie: shareSchema,
  lose: shareSchema,
  /** A chosen, of the pairs that are no tie. */
  decided: shareSchema,
  /** Exact two-sided sign test without ties; null without a decided pair. */
  p: z.number().nullable(),
  /** Left chosen, of the pairs that are no tie, and the exact test of one half. */
  left: shareSchema.extend({ p: z.number().nullable() }),
  /** Of pairs with a verdict; null without any. */
  time: z.object(numbers('median', 'lower', 'upper', 'total')).nullable(),
  agreement: z.array(blindAgreementSchema),
  sentence: z.string(),
})
export type BlindResult = z.infer<typeof blindResultSchema>

/** Ways in which judgements are written. */
export const BLIND_EXPORT_FORMATS = ['csv', 'json'] as const
