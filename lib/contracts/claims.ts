import { z } from 'zod'
import { keyOf, numbers, numbersOrNull, texts, textsOrNull } from './fields'
import { citationSchema } from './citation'
import { compareStateSchema } from './compare'
import { LIMITS, nameSchema } from './limits'

/** What is said of a claim; `not_comparable` always says why. */
export const VERDICTS = {
  match: 'Match',
  differs: 'Differs',
  not_comparable: 'Not comparable',
} as const
export type Verdict = keyof typeof VERDICTS

/** What the claims are about, in the order of the page. */
export const CLAIM_QUESTIONS = {
  hard: 'How hard are the rows?',
  diverse: 'How diverse and how certain?',
  gain: 'Did training gain from them?',
  selection: 'Which rows are worth selecting?',
  extra: 'Not tested by the paper',
  own: 'Your own claims',
} as const
export type ClaimQuestion = keyof typeof CLAIM_QUESTIONS

/** Which way the difference A - B must go: above the margin, below minus the margin, or not below minus the margin. */
export const DIRECTIONS = ['higher', 'lower', 'not_lower'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What one number says of the claim: shown, the opposite is shown, neither, or there is no number. */
const FINDING_STATES = ['shown', 'opposite', 'undecided', 'missing', 'context'] as const
export type FindingState = (typeof FINDING_STATES)[number]

/** What gets the data that a claim needs. */
export const claimActionSchema = z.object({
  kind: z.enum(['compute', 'results', 'sides', 'import']),
  text: z.string(),
})
export type ClaimAction = z.infer<typeof claimActionSchema>

/** One difference that a claim rests on. */
export const findingSchema = z.object({
  ...texts('label', 'a', 'b', 'unit'),
  /** null = shown beside the others, not judged. */
  expected: z.enum(DIRECTIONS).nullable(),
  margin: z.number(),
  state: z.enum(FINDING_STATES),
  /** Why the state is not `shown`, or what else to know; null where there is nothing to say. */
  because: z.string().nullable(),
  ...numbersOrNull('meanA', 'meanB', 'effect', 'low', 'high', 'p', 'pHolm'),
  /** Name of the interval and of the test. */
  ...textsOrNull('interval', 'test'),
  /** Pairs with a value, of all that there are on the side with more. */
  ...numbers('n', 'of'),
  /** What is resampled and tested as one unit, and how many there are. */
  units: z.number(),
  unitName: z.string(),
  ...numbers('ahead', 'behind', 'ties'),
  /** The same difference in the paper's numbers; null where it printed none. */
  published: z.object({ effect: z.number(), text: z.string() }).nullable(),
  runs: z.array(z.string()),
  compare: compareStateSchema.nullable(),
})
export type Finding = z.infer<typeof findingSchema>

const runUsedSchema = z.object({
  ...texts('runId', 'metric', 'definitionHash'),
  model: z.string().nullable(),
})

/** A figure of the figures page, with options that differ from their defaults. */
const figureLinkSchema = z.object({
  ...texts('id', 'title'),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

/** A claim with everything that was found for it. */
export const claimCardSchema = z.object({
  ...texts('id', 'claim', 'check'),
  question: keyOf(CLAIM_QUESTIONS),
  /** What the paper prints in support, and where. */
  published: z.string(),
  verdict: keyOf(VERDICTS),
  /** Why; null only for a match without reservation. */
  because: z.string().nullable(),
  /** What was measured otherwise than in the paper: judge, prompt, scorer; empty where nothing is published. */
  deviations: z.array(z.string()),
  actions: z.array(claimActionSchema),
  findings: z.array(findingSchema),
  notes: z.array(z.string()),
  runs: z.array(runUsedSchema),
  /** Files of the results that were used. */
  resultFiles: z.array(z.string()),
  /** Figures that show it, the most telling first. */
  figures: z.array(figureLinkSchema),
  citation: citationSchema,
  /** Rows of both sides as a filter of the rows page; null where the claim is about results. */
  rows: z
    .object({
      arms: z.array(z.string()),
      rounds: z.array(z.number()),
      seedSets: z.array(z.string()),
    })
    .nullable(),
})
export type ClaimCard = z.infer<typeof claimCardSchema>

/** Which evolvers a claim's "small" and "large" are, and what else a check may be told. */
export const claimChoiceSchema = z.object({
  small: nameSchema.nullable().default(null).describe('Key of the small evolver.'),
  large: nameSchema.nullable().default(null).describe('Key of the large evolver.'),
  margin: z
    .number()
    .min(0)
    .max(100)
    // Two points are about one standard error of a benchmark of 500 items.
    .default(2)
    .describe('Points by which general ability may be lower and still count as comparable.'),
})
export type ClaimChoice = z.input<typeof claimChoiceSchema>

const armChoiceSchema = z.object({ ...texts('key', 'label'), armClass: z.string() })

/** What there is to check, without the checks: they are asked for one by one. */
export const claimListSchema = z.object({
  small: armChoiceSchema.nullable(),
  large: armChoiceSchema.nullable(),
  arms: z.array(armChoiceSchema),
  margin: z.number(),
  claims: z.array(claimCardSchema.pick({ id: true, claim: true, question: true })),
  /** Text of the file of own claims; null without one. */
  own: z.string().nullable(),
  /** Why the stored file cannot be used any more; null where it can. */
  ownError: z.string().nullable(),
})
export type ClaimList = z.infer<typeof claimListSchema>

/** A file of own claims is a page of text. */
export const OWN_CLAIMS_SIZE = 100_000

const SIDE = /^(?:seeds|.+\.\d{1,3})$/su

const ownSideSchema = z
  .string()
  .max(LIMITS.key)
  .regex(SIDE, "the evolver's key and the round, for example small.2, or seeds")

/** One claim of a file; exactly one of `metric` and `result` says what is compared. */
export const ownClaimSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/, 'letters, digits, "_" and "-", at most 40')
      .optional(),
    claim: z.string().min(1).max(LIMITS.reason),
    metric: z
      .string()
      .regex(/^[a-z0-9_]+\.[A-Za-z0-9_-]+(@[a-z0-9-]+)?$/, 'a column, for example ifd.strict')
      .optional(),
    result: z
      .strictObject({
        benchmark: z.string().min(1).max(LIMITS.key),
        metric: z.string().min(1).max(LIMITS.key).optional(),
      })
      .optional(),
    a: ownSideSchema,
    b: ownSideSchema,
    direction: z.enum(DIRECTIONS).default('higher'),
    margin: z.number().min(0).default(0),
    seedSets: z.array(z.string().max(LIMITS.key)).max(LIMITS.list).default([]),
    source: z.string().max(LIMITS.reason).optional(),
  })
  .refine(({ metric, result }) => (metric === undefined) !== (result === undefined), {
    message: 'one of metric and result',
  })
export type OwnClaim = z.infer<typeof ownClaimSchema>

/** A file of own claims. */
export const ownClaimsSchema = z.strictObject({
  claims: z.array(ownClaimSchema).min(1).max(100),
})
