import { z } from 'zod'
import { citationSchema } from './citation'
import { numbers, numbersOrNull, texts, textsOrNull } from './fields'
import { columnIdSchema } from './column-filter'
import { nameSchema, namesSchema, roundSchema } from './limits'
import { SEEDS_KEY } from './seeds'

/** One side of a comparison: an arm at a round, over the chosen seed sets. */
export const compareSideSchema = z.object({
  arm: nameSchema.describe('Key of the evolver; the word `seeds` means the seed rows.'),
  round: roundSchema.describe('Round of evolution; 0 for the seeds.'),
  runs: z
    .array(z.string())
    .default([])
    .describe('Run ids that replace the pinned run of their metric on this side.'),
})
export type CompareSide = z.infer<typeof compareSideSchema>

/** Which of the aligned rows are listed, by the column of the list. */
const pairFilterSchema = z.object({
  atLeast: z.number().min(0).nullable().default(null).describe('Smallest absolute difference.'),
  only: z
    .enum(['a', 'b'])
    .nullable()
    .default(null)
    .describe('Only this side reaches the threshold of a column of levels, yes of yes and no.'),
  levelA: z.number().int().min(1).nullable().default(null).describe('Level of side A, from 1.'),
  levelB: z.number().int().min(1).nullable().default(null).describe('Level of side B, from 1.'),
})
export type PairFilter = z.infer<typeof pairFilterSchema>

// Six sides are fifteen pairs: what one table and one correction can still say.
export const MAX_SIDES = 6
export const COMPARE_AGAINST = ['reference', 'all'] as const

/** What may count as one unit besides the values of a column. */
export const COMPARE_UNITS = ['seed', 'instruction'] as const

export const COMPARE_SORTS = ['slot', 'difference', 'size'] as const

export const compareStateSchema = z.object({
  seedSets: namesSchema.default([]).describe('Seed set keys; empty = all.'),
  a: compareSideSchema,
  b: compareSideSchema.describe('The reference: differences are taken from it.'),
  more: z
    .array(compareSideSchema)
    .max(MAX_SIDES - 2)
    .default([])
    .describe('Further sides, compared with B too; all p values are one Holm family.'),
  against: z
    .enum(COMPARE_AGAINST)
    .default('reference')
    .describe('Whether further sides are compared with B only, or every side with every other.'),
  operators: namesSchema
    .default([])
    .describe('Only rows that one of these operators made count, on every side; empty = all.'),
  unit: z
    .union([z.enum(COMPARE_UNITS), columnIdSchema])
    .default('seed')
    .describe(
      'What is resampled and tested as one: `seed`, `instruction` (equal texts; the constraint of AutoIF), or a column of words.',
    ),
  columns: z
    .array(columnIdSchema)
    .max(24)
    .default([])
    .describe('Metrics in the summary, one Holm family; empty = the default columns.'),
  column: columnIdSchema
    .nullable()
    .default(null)
    .describe('Metric of the aligned rows; null = the first of the summary.'),
  component: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Which entry of a vector column is compared, counted from 0.'),
  threshold: z
    .number()
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe(
      'Lowest level that counts as a hit in the McNemar test; null = the upper two levels.',
    ),
  lengthColumn: columnIdSchema
    .nullable()
    .default(null)
    .describe('Length that differences are controlled for: pairs within 10 %, and a regression.'),
  flagColumn: columnIdSchema
    .nullable()
    .default(null)
    .describe(
      'Column of yes and no; differences are also given without pairs in which a side is flagged.',
    ),
  pairs: pairFilterSchema.prefault({}),
  sort: z.enum(COMPARE_SORTS).default('slot').describe('`size` sorts by the absolute difference.'),
  descending: z.boolean().default(false),
})
export type CompareState = z.infer<typeof compareStateSchema>

/** Positions of two sides among A, B and the further ones, from 0; differences are the first minus the second. */
export interface SidePair {
  a: number
  b: number
}

/** Returns all sides in order: A, B, then the further ones. */
export function sidesOf({ a, b, more }: Pick<CompareState, 'a' | 'b' | 'more'>): CompareSide[] {
  return [a, b, ...more]
}

/** Returns a side as it is written in addresses and commands: `small.2`, or `seeds`. */
export function sideName({ arm, round }: Pick<CompareSide, 'arm' | 'round'>): string {
  return arm === SEEDS_KEY ? arm : `${arm}.${round}`
}

/** Returns the pairs of sides that are compared: A and B, then the further sides with B, or every side with every other. */
export function sidePairs({ more, against }: Pick<CompareState, 'more' | 'against'>): SidePair[] {
  const further = more.flatMap((_, i) => {
    const a = i + 2
    const others = Array.from({ length: a }, (_, b) => b).filter((b) => b !== 1)
    return [{ a, b: 1 }, ...(against === 'all' ? others.map((b) => ({ a, b })) : [])]
  })
  return [{ a: 0, b: 1 }, ...further]
}

/** Returns the state of two of the sides alone, as sides A and B. */
export function pairState(state: CompareState, { a, b }: SidePair): CompareState {
  const sides = sidesOf(state)
  return { ...state, a: sides[a] as CompareSide, b: sides[b] as CompareSide, more: [] }
}

/** Why a statistic has no value, in the words of lib/stats. */
const missingStatistic = z.object({ ok: z.literal(false), reason: z.string() })

/** A p value after Holm stands beside each p: the family is every p value of the view. */
const pValues = { p: z.number(), pHolm: z.number() }

export const compareIntervalSchema = z.union([
  z.object({
    ok: z.literal(true),
    ...numbers('low', 'high'),
    /** Resamples that have a mean, and those that hold no seed with a value. */
    ...numbers('resamples', 'withoutValue'),
    seed: z.number(),
    /** Seeds, or other units, that were resampled, each with all its pairs; the same resamples for every metric. */
    seeds: z.number(),
    /** Seed sets that were resampled each for itself. */
    strata: z.number(),
    /** Drawing seeds with replacement, or a random weight for each seed where there are more than 5,000. */
    method: z.enum(['multinomial', 'weights']),
  }),
  missingStatistic,
])
export type CompareInterval = z.infer<typeof compareIntervalSchema>

/** Tests on aligned pairs. Differences are A - B; a test counts each seed once, with the mean of its pairs. */
export const pairedResultSchema = z.object({
  ...numbers('n', 'aHigher', 'bHigher', 'ties'),
  /** Seeds, or other units, of these pairs. */
  seeds: z.number(),
  ...numbersOrNull('meanA', 'meanB', 'meanDifference', 'medianDifference'),
  wilcoxon: z.union([
    z.object({ ok: z.literal(true), n: z.number(), z: z.number(), effect: z.number(), ...pValues }),
    missingStatistic,
  ]),
  sign: z.union([
    z.object({
      ok: z.literal(true),
      ...numbers('nPlus', 'nMinus', 'dominance'),
      ...pValues,
    }),
    missingStatistic,
  ]),
  cliff: z.union([z.object({ ok: z.literal(true), delta: z.number() }), missingStatistic]),
  /** Differences in equal bins around 0, drawn beside the numbers; null without pairs. */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).nullable(),
})
export type PairedResult = z.infer<typeof pairedResultSchema>

/** Tests on aligned pairs of ordered levels. */
export const levelsResultSchema = z.object({
  names: z.array(z.string()),
  /** matrix[i][j] = pairs with level i + 1 on side B and j + 1 on side A, so that a shift to the right is A higher. */
  matrix: z.array(z.array(z.number())),
  countsA: z.array(z.number()),
  countsB: z.array(z.number()),
  trend: z.union([
    z.object({ ok: z.literal(true), z: z.number(), meanShift: z.number(), ...pValues }),
    missingStatistic,
  ]),
  homogeneity: z.union([
    z.object({ ok: z.literal(true), chi2: z.number(), df: z.number(), ...pValues }),
    missingStatistic,
  ]),
  /** Pairs where only one side reaches the threshold. */
  mcnemar: z.object({
    threshold: z.string(),
    ...numbers('onlyA', 'onlyB'),
    test: z.union([
      z.object({ ok: z.literal(true), oddsRatio: z.number().nullable(), ...pValues }),
      missingStatistic,
    ]),
  }),
})
export type LevelsResult = z.infer<typeof levelsResultSchema>

/** Tests on two sets of rows that do not meet at seeds; always labelled unpaired. */
export const unpairedResultSchema = z.object({
  ...numbers('nA', 'nB'),
  /** Units of each side; the tests are of one mean a unit. Each row is one where the unit is the seed. */
  ...numbers('unitsA', 'unitsB'),
  ...numbersOrNull('meanA', 'meanB'),
  /** Mean of A minus mean of B with a normal interval; errors count a unit once. */
  difference: z.union([
    z.object({ ok: z.literal(true), ...numbers('estimate', 'standardError', 'low', 'high') }),
    missingStatistic,
  ]),
  mannWhitney: z.union([
    z.object({ ok: z.literal(true), u: z.number(), z: z.number(), delta: z.number(), ...pValues }),
    missingStatistic,
  ]),
  ks: z.union([z.object({ ok: z.literal(true), d: z.number(), ...pValues }), missingStatistic]),
  levels: z
    .object({
      names: z.array(z.string()),
      countsA: z.array(z.number()),
      countsB: z.array(z.number()),
      chiSquare: z.union([
        z.object({
          ok: z.literal(true),
          ...numbers('chi2', 'df', 'cramersV'),
          ...pValues,
        }),
        missingStatistic,
      ]),
      totalVariation: z.number().nullable(),
    })
    .nullable(),
})
export type UnpairedResult = z.infer<typeof unpairedResultSchema>

/** The mean difference A - B over some of the pairs; errors count a seed once. */
export const compareControlSchema = z.intersection(
  z.object({
    pairs: z.enum(['all', 'unflagged']),
    /** `matched`: lengths within 10 % of the longer one; `adjusted`: regression on length with a term for the side. */
    length: z.enum(['as_is', 'matched', 'adjusted']),
    n: z.number(),
  }),
  z.union([
    z.object({
      ok: z.literal(true),
      estimate: z.number(),
      standardError: z.number(),
      low: z.number(),
      high: z.number(),
      seeds: z.number(),
      /** Change of the metric for each unit of length; null without a regression. */
      slope: z.number().nullable(),
      /** (1.960 + 0.842) standard errors: the difference found with 80 % power by a two-sided test at 5 %. */
      detectable: z.number(),
    }),
    missingStatistic,
  ]),
)
export type CompareControl = z.infer<typeof compareControlSchema>

export const compareSideValuesSchema = z.object({
  ...textsOrNull('runId', 'definitionHash'),
  ...numbers('rows', 'valued'),
  /** Status name -> rows of this side without a value. */
  missing: z.record(z.string(), z.number()),
})
export type CompareSideValues = z.infer<typeof compareSideValuesSchema>

export const compareMetricSchema = z.object({
  ...texts('column', 'label', 'shortLabel', 'unit'),
  /** What is resampled and tested as one: `seed`, `distinct instruction`, `distinct constraint`, ... */
  unitName: z.string(),
  shape: z.enum(['scalar', 'vector', 'enum']),
  direction: z.enum(['higher', 'lower', 'none']),
  directionMeans: z.string(),
  levels: z.array(z.string()).nullable(),
  a: compareSideValuesSchema,
  b: compareSideValuesSchema,
  /** Set when the two sides must not be put on one scale; no statistic is given then. */
  conflict: z
    .object({ kind: z.enum(['definition', 'set_size', 'no_run']), message: z.string() })
    .nullable(),
  /** Why the numbers may be on two scales although nobody stated any; '' where nothing speaks for it. */
  doubt: z.string(),
  /** Aligned rows with a value on one side only, or on none. */
  pairsWithoutValue: z.number(),
  paired: pairedResultSchema.nullable(),
  levelTests: levelsResultSchema.nullable(),
  /** Before and after control for length and flags; all pairs as they are come first. Empty without pairs. */
  controls: z.array(compareControlSchema),
  unpaired: unpairedResultSchema.nullable(),
})
export type CompareMetric = z.infer<typeof compareMetricSchema>

export const compareSeedSetSchema = z.object({
  ...texts('key', 'label'),
  state: z.enum([
    'aligned',
    'not_aligned',
    'no_operator',
    'missing_a',
    'missing_b',
    'missing_both',
  ]),
  ...textsOrNull('cellA', 'cellB'),
  ...numbers('rowsA', 'rowsB', 'aligned'),
  /** Seeds, or other units, that have a pair; fewer than `aligned` where several rows share one. */
  seeds: z.number(),
  /** Pairs left out because a row has no value in the column that names its unit. */
  withoutUnit: z.number(),
  /** Rows set aside because the other side has fewer rows of their seed. */
  unmatched: z.number(),
  /** How each side met its slots: `index`, `birth`, ... */
  alignmentA: z.string().nullable(),
  alignmentB: z.string().nullable(),
})
export type CompareSeedSet = z.infer<typeof compareSeedSetSchema>

const comparePartSchema = z.object({
  seedSets: z.array(compareSeedSetSchema),
  ...numbers('rowsA', 'rowsB'),
  /** Pairs of rows at the same seed slot. */
  aligned: z.number(),
  metrics: z.array(compareMetricSchema),
})

/** One test over three or more sides at once, by seeds that have a value on every side. */
export const compareOmnibusSchema = z.object({
  ...texts('column', 'label'),
  friedman: z.union([
    z.object({
      ok: z.literal(true),
      ...numbers('n', 'chi2', 'df', 'concordance'),
      /** Mean rank of each side over the seeds; 1 is the lowest value. */
      meanRanks: z.array(z.number()),
      ...pValues,
    }),
    missingStatistic,
  ]),
})
export type CompareOmnibus = z.infer<typeof compareOmnibusSchema>

/** Two further sides; `a` and `b` are their positions among A, B and the others, from 0. */
export const compareFurtherSchema = comparePartSchema.extend(numbers('a', 'b'))
export type CompareFurther = z.infer<typeof compareFurtherSchema>

export const compareSummarySchema = comparePartSchema.extend({
  /** The only operators whose rows count; empty = all. */
  operators: z.array(z.string()),
  /** As in the metrics. */
  unitName: z.string(),
  /** The other pairs of sides, where there are more than two. */
  further: z.array(compareFurtherSchema),
  omnibus: z.array(compareOmnibusSchema),
  /** p values in the Holm family: of all pairs of sides and the omnibus tests. */
  tests: z.number(),
  /** What the numbers were made from, by which version of Evolens, and when (milliseconds since the epoch). */
  source: z.object({ ...texts('study', 'version'), at: z.number() }),
  /** How the comparison is cited, with the runs behind it. */
  citation: citationSchema,
  serverMs: z.number(),
})
export type CompareSummary = z.infer<typeof compareSummarySchema>

/** Column id -> interval of the mean difference; fetched apart because it takes longest. */
export const compareIntervalsSchema = z.object({
  intervals: z.record(z.string(), compareIntervalSchema),
  serverMs: z.number(),
})
export type CompareIntervals = z.infer<typeof compareIntervalsSchema>
