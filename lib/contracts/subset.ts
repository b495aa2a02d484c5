import { z } from 'zod'
import { columnIdSchema } from './column-filter'
import { paramInfoSchema } from './compute'
import { numbers, texts } from './fields'
import { MAX_SEED, rowFilterSchema } from './filter'
import { LIMITS, nameSchema, namesSchema } from './limits'
import { MARK_KINDS } from './rows'

/** Groups in which a rule counts. `seed` and `seed_and_round` meet rows of different evolvers. */
export const WITHIN = [
  'study',
  'cell',
  'seed_set',
  'evolver',
  'round',
  'operator',
  'seed',
  'seed_and_round',
] as const
export type Within = (typeof WITHIN)[number]

/** Texts of a row that a rule reads. */
export const RULE_TEXTS = ['instruction', 'instruction_and_input', 'response', 'all'] as const
export type RuleText = (typeof RULE_TEXTS)[number]

/** Lengths of the n-grams that published decontaminations use: open-r1 and s1, SkyThought, GPT-3. */
const NGRAMS = { min: 2, max: 50, preset: 13 }

const amount = {
  amount: z.number().positive().max(1e9).default(25).describe('How many rows, or percent of them.'),
  unit: z
    .enum(['percent', 'rows'])
    .default('percent')
    .describe('Percent are rounded down, in each group for itself.'),
  within: z.enum(WITHIN).default('cell').describe('Groups in which it counts for itself.'),
}
const column = columnIdSchema.describe('Column whose values decide.')
const seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32)
  .default(0)
  .describe('Random seed.')
const off = z.boolean().exactOptional()
/** A category, level, key or operator and the rows that are kept of it. */
const quotas = z.record(nameSchema, z.number().int().min(0).max(1e9))

/** One rule of a subset, told apart by `rule`. Each kind is applied by the file of its name in lib/subsets/rules. */
export const subsetRuleSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('filter'), off, filter: rowFilterSchema }),
  z.strictObject({
    rule: z.literal('ranked'),
    off,
    end: z
      .enum(['top', 'bottom', 'middle'])
      .default('top')
      .describe('Which end of the order is kept.'),
    column,
    ...amount,
  }),
  z.strictObject({
    rule: z.literal('range'),
    off,
    column,
    min: z.number().nullable().default(null).describe('Smallest value kept; empty = open.'),
    max: z.number().nullable().default(null).describe('Largest value kept; empty = open.'),
    missing: z.boolean().default(false).describe('Keeps rows without a value as well.'),
  }),
  z.strictObject({
    rule: z.literal('quota'),
    off,
    by: z.union([z.enum(WITHIN), columnIdSchema]).describe('Column or origin that is counted.'),
    quotas,
    seed,
  }),
  z.strictObject({
    rule: z.literal('balance'),
    off,
    by: z.union([z.enum(WITHIN), columnIdSchema]).describe('Column or origin that is balanced.'),
    rows: z
      .number()
      .int()
      .positive()
      .max(1e9)
      .nullable()
      .default(null)
      .describe('Rows of each group; empty = as many as the smallest group has.'),
    seed,
  }),
  z.strictObject({
    rule: z.literal('exact_text'),
    off,
    text: z.enum(RULE_TEXTS).default('instruction').describe('What must be equal, to the letter.'),
  }),
  z.strictObject({
    rule: z.literal('near_text'),
    off,
    distance: columnIdSchema.default('mnd.mnd').describe('Column of distances to the nearest row.'),
    neighbour: columnIdSchema.default('mnd.neighbour').describe('Column that names that row.'),
    threshold: z.number().min(0).default(0.05).describe('Rows nearer than this are one.'),
  }),
  z.strictObject({
    rule: z.literal('decisions'),
    off,
    only: z.array(z.enum(MARK_KINDS)).max(MARK_KINDS.length).default([]),
    without: z.array(z.enum(MARK_KINDS)).max(MARK_KINDS.length).default(['drop']),
    /** The user's own tags: a row with one of them counts as a row with one of the marks. */
    only_tags: namesSchema.exactOptional(),
    without_tags: namesSchema.exactOptional(),
  }),
  z.strictObject({ rule: z.literal('random'), off, ...amount, seed }),
  z.strictObject({
    rule: z.literal('decontaminate'),
    off,
    /** SHA-256 of benchmark files that were added. */
    benchmarks: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(50),
    n: z
      .number()
      .int()
      .min(NGRAMS.min)
      .max(NGRAMS.max)
      .default(NGRAMS.preset)
      .describe('Words of an n-gram.'),
    share: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        "Share of an item's n-grams that a row must hold to be left out; 0 = a single one.",
      ),
    text: z.enum(RULE_TEXTS).default('all').describe('Texts of the rows that are searched.'),
  }),
])
export type SubsetRule = z.infer<typeof subsetRuleSchema>
export type RuleId = SubsetRule['rule']
export type RuleOf<Id extends RuleId> = Extract<SubsetRule, { rule: Id }>

/** Rules of one subset: what a person can follow; each may go over all rows. */
const MAX_RULES = 50

/** Rules in their order: each sees what the former left. */
export const subsetRulesSchema = z.array(subsetRuleSchema).max(MAX_RULES)

/** What a rule file says. */
export const ruleFileSchema = z.strictObject({
  evolens_subset: z.literal(1),
  name: z.string().trim().min(1).max(LIMITS.viewName),
  rules: subsetRulesSchema,
})
export type RuleFile = z.infer<typeof ruleFileSchema>

const reasons = z.record(z.string(), z.number())

/** A row that shares an n-gram with a benchmark item. */
const leakSchema = z.object({
  ...texts('cellId', 'benchmark', 'ngram', 'item'),
  /** Row of the file and item of the benchmark, from 0. */
  ...numbers('idx', 'itemNo', 'share'),
})
export type Leak = z.infer<typeof leakSchema>

/** What one rule did. */
export const funnelStepSchema = z.object({
  rule: z.string(),
  off: z.boolean(),
  ...numbers('rowsIn', 'rowsOut', 'ms'),
  /** Rows left out because they have no value, by reason. */
  missing: reasons,
  notes: z.array(z.string()),
  leaks: z.array(leakSchema),
})
export type FunnelStep = z.infer<typeof funnelStepSchema>

export const subsetFunnelSchema = z.object({
  hash: z.string(),
  ...numbers('rowsInStudy', 'rows', 'ms'),
  steps: z.array(funnelStepSchema),
  /** Rows left of each file, in file order. */
  cells: z.array(
    z.object({
      ...texts('cellId', 'seedSet', 'evolver'),
      ...numbers('round', 'rows', 'outOf'),
    }),
  ),
})
export type SubsetFunnel = z.infer<typeof subsetFunnelSchema>

/** A subset that was saved; its rules never change. */
export const savedSubsetSchema = z.object({
  ...texts('id', 'name', 'hash'),
  ...numbers('rowCount', 'createdAt'),
  rules: subsetRulesSchema,
})
export type SavedSubset = z.infer<typeof savedSubsetSchema>

/** A benchmark file whose items rows are searched for. */
export const benchmarkSchema = z.object({
  ...texts('sha256', 'name'),
  ...numbers('items', 'createdAt'),
})
export type Benchmark = z.infer<typeof benchmarkSchema>

/** A stack of rules to begin with. */
export const subsetPresetSchema = z.object({ ...texts('id', 'label'), rules: subsetRulesSchema })
export type SubsetPreset = z.infer<typeof subsetPresetSchema>

/** A kind of rule, as the page draws it. */
export const ruleInfoSchema = z.object({
  ...texts('id', 'label', 'description'),
  params: z.array(paramInfoSchema),
})
export type RuleInfo = z.infer<typeof ruleInfoSchema>

/** Everything that subsets are made from. */
export const subsetKitSchema = z.object({
  rules: z.array(ruleInfoSchema),
  presets: z.array(subsetPresetSchema),
  benchmarks: z.array(benchmarkSchema),
})

/** Seeds of one baseline; each gives a subset. */
const MAX_SEEDS = 20

export const saveSubsetSchema = z.object({
  name: z.string().trim().min(1).max(LIMITS.viewName),
  rules: subsetRulesSchema.min(1),
  /** Random seeds that take the place of those in the rules: a subset for each. */
  seeds: z.array(z.number().int().min(0)).max(MAX_SEEDS).default([]),
})

/** `odds` is how many times as likely the word is as in the other subsets: the ratio of its odds, half a row added to each count. */
const wordSchema = z.object({ word: z.string(), ...numbers('rows', 'elsewhere', 'odds') })
const comparedColumnSchema = z.object({
  ...texts('column', 'label'),
  values: z.array(
    z.object({
      ...numbers('n', 'missing'),
      mean: z.number().nullable(),
      median: z.number().nullable(),
      /** Rows with a value in each bin. */
      counts: z.array(z.number()),
      /** Against the other subsets together; null where either has no value. */
      effect: z.number().nullable(),
      /** Of a column of words the one whose share differs most, and by how much. */
      word: z.object({ word: z.string(), difference: z.number() }).nullable(),
    }),
  ),
  /** Cliff's delta, -1 to 1: above 0 where the subset is higher. Cramér's V, 0 to 1, for words. */
  measure: z.enum(["Cliff's delta", "Cramér's V"]),
  /** What the bins are called: words or levels, commonest first; of numbers the range of each. */
  bins: z.array(z.string()),
  isNumber: z.boolean(),
})

/** A measure of the instructions of each subset, over seeded draws of equal size; null where a subset is too small for it. */
const comparedMeasureSchema = z.object({
  ...texts('metric', 'key', 'label', 'description'),
  values: z.array(z.object({ mean: z.number().nullable(), sd: z.number().nullable() })),
  /** Rows of each draw that were measured. */
  rows: z.number(),
  /** Of a measure over embeddings: whose they are, which rows have none, or why there are none. */
  note: z.string().nullable(),
})

/** How two to six saved subsets differ. */
export const subsetComparisonSchema = z.object({
  subsets: z.array(
    z.object({
      ...texts('id', 'name', 'hash'),
      rows: z.number(),
      origins: z.array(
        z.object({
          origin: z.enum(WITHIN),
          counts: z.array(z.object({ name: z.string(), rows: z.number() })),
        }),
      ),
      /** Words of instructions that are more frequent than in the other subsets, surest first. */
      words: z.array(wordSchema),
    }),
  ),
  /** Rows that are in both, by place in `subsets`. */
  shared: z.array(z.array(z.number())),
  columns: z.array(comparedColumnSchema),
  measures: z.array(comparedMeasureSchema),
  /** Rows of each draw for the measures, how many draws, and their seed; null where none was asked for. */
  drawn: z.object(numbers('n', 'draws', 'seed')).nullable(),
})
export type SubsetComparison = z.infer<typeof subsetComparisonSchema>

/** Subsets that are compared at once: what a table shows side by side. */
const comparedIdsSchema = z.array(nameSchema).min(2).max(6)

export const compareSubsetsSchema = z.object({
  ids: comparedIdsSchema,
  /** Columns whose distributions are compared; left out = those that a study shows at first. */
  columns: namesSchema.exactOptional(),
  /** Measures of a set: each is computed over draws of equal size. */
  measures: namesSchema.default([]),
  /** Random seed of these draws. */
  seed: z.number().int().min(0).max(MAX_SEED).default(0),
})
export type CompareSubsets = z.output<typeof compareSubsetsSchema>
