import { z } from 'zod'
import { keyOf, texts } from './fields'
import { keySchema, LIMITS, nameSchema, roundSchema } from './limits'

/** How a number is to be read. `points`: on a scale of its own, as a reward or a score of 0 to 10. `unstated`: the file does not say, and the size of a number proves nothing (0.9 % exists). */
export const RESULT_UNITS = ['fraction', 'percent', 'count', 'points', 'unstated'] as const
export type ResultUnit = (typeof RESULT_UNITS)[number]

/** Why a result has no value. */
export const MISSING_REASONS = {
  not_reported: 'The file has a place for this number and none in it.',
  not_a_number: 'The evaluation gave NaN or infinity.',
  error: 'The evaluation failed; the file holds its error.',
} as const
export type MissingReason = keyof typeof MISSING_REASONS

const shortText = z.string().max(LIMITS.sourceColumn)
const count = z.number().int().nonnegative()

/** How a result was measured, where its source says nothing of it. */
export const UNSTATED = {
  stderr: null,
  harness: null,
  harnessVersion: null,
  fewShot: null,
  templateHash: null,
  date: null,
} as const

/** One number of a result file, as it stands there. */
export const resultFactsSchema = z.object({
  /** Name of the evaluated model as the file writes it. */
  model: shortText,
  benchmark: shortText,
  /** A part of the benchmark; null = all of it. */
  subBenchmark: shortText.nullable(),
  /** Metric key as written, with its filter where there is one. */
  metric: shortText,
  /** The raw number in its unit; null = missing, for the reason beside it. */
  value: z.number().nullable(),
  missing: keyOf(MISSING_REASONS).nullable(),
  /** The number or its stand-in as the file writes it, all its digits kept. */
  written: z.string().max(LIMITS.reason),
  unit: z.enum(RESULT_UNITS),
  /** Items that the number is over. */
  n: count.nullable(),
  /** Items that count as correct, where the file tells. */
  k: count.nullable(),
  /** Whether the number is a share of n items, so that value x n must be a whole number. */
  isShare: z.boolean(),
  /** Standard error in the unit of the value, as written. */
  stderr: z.number().nullable(),
  harness: shortText.nullable(),
  harnessVersion: shortText.nullable(),
  fewShot: count.nullable(),
  /** Hash of chat template or prompt, `none` where it is known that none was used, null = not stated. */
  templateHash: shortText.nullable(),
  /** Time or version that tells evaluations of one model apart. */
  date: shortText.nullable(),
  /** Where in the file the number stands. */
  place: z.string().max(LIMITS.path),
})
export type ResultFacts = z.infer<typeof resultFactsSchema>

/** Outcome of one item: what counts as correct, out of how many answers or flags. */
export const resultItemSchema = z.object({
  id: shortText,
  /** Hash of the item's text; null = the file has none. */
  hash: shortText.nullable(),
  hits: z.number(),
  of: z.number().int().positive(),
})
export type ResultItem = z.infer<typeof resultItemSchema>

/** What an evaluated model was trained on; null = not said. */
export const resultModelSchema = z.object({
  /** The evolver's key, `seeds` for seed data. */
  armKey: keySchema.nullable(),
  round: roundSchema.nullable(),
  /** Keys of the seed sets it was trained on. */
  seedSets: z.array(keySchema).max(LIMITS.list),
  student: z.string().max(LIMITS.label).nullable(),
  size: z.string().max(LIMITS.label).nullable(),
  tuning: z.enum(['full', 'lora']).nullable(),
  /** Temperature of the evolver. */
  temperature: z.number().min(0).max(10).nullable(),
  /** The model that wrote the responses; absent in what was stored before it was asked for. */
  writer: z.string().max(LIMITS.label).nullable().default(null),
  /** The export it was trained on. */
  subsetId: nameSchema.nullable(),
})
export type ResultModel = z.infer<typeof resultModelSchema>

/** Returns a model of which nothing is known. */
export function unknownModel(): ResultModel {
  return {
    armKey: null,
    round: null,
    seedSets: [],
    student: null,
    size: null,
    tuning: null,
    temperature: null,
    writer: null,
    subsetId: null,
  }
}

/** A model name of one kind of file, and what the user said of it. */
export const mappedModelSchema = z.object({
  /** Id of the format: a name is remembered for the kind of file that wrote it. */
  source: nameSchema,
  model: shortText,
  mapping: resultModelSchema,
  /** `user` = said, `recipe` = read from the recipe hash in the name, `other` = said for another kind of file, `none` = not known. */
  from: z.enum(['user', 'recipe', 'other', 'none']),
  results: z.number(),
})
export type MappedModel = z.infer<typeof mappedModelSchema>

/** A file that results came from. */
export const resultFileSchema = z.object({
  ...texts('id', 'name', 'format', 'formatLabel'),
  sha256: z.string(),
  sizeBytes: z.number(),
  createdAt: z.number(),
  results: z.number(),
})
export type ResultFile = z.infer<typeof resultFileSchema>

/** One result with its source, and what it was trained on. */
export const storedResultSchema = resultFactsSchema.extend({
  no: z.number(),
  /** Id of the file; of the paper's numbers the table. */
  fileId: z.string(),
  ...texts('fileName', 'source'),
  mapping: resultModelSchema,
  /** Value x n is a whole number within the rounding of the value; null = it cannot be told. */
  attainable: z.boolean().nullable(),
  /** Items with outcomes. */
  items: z.number(),
  /** The stored number that they hang on, this one or that of their own file; null = there are none. */
  itemsOf: z.number().nullable(),
})
export type StoredResult = z.infer<typeof storedResultSchema>

/** What a study has of results. */
export const resultListSchema = z.object({
  files: z.array(resultFileSchema),
  models: z.array(mappedModelSchema),
  results: z.array(storedResultSchema),
})
export type ResultList = z.infer<typeof resultListSchema>

/** What can be said of two results. */
export const resultComparisonSchema = z.object({
  /** Why they cannot be compared; empty where they can. */
  reasons: z.array(z.string()),
  /** a minus b in percentage points; null where they cannot be compared or have no percentage. */
  difference: z.number().nullable(),
  /** Pearson's chi-square test of both counts, as if their items were different ones; null where one is not known. */
  unpairedP: z.number().nullable(),
  /** Over the items that both have; null where one has no outcomes of items that are right or wrong. */
  paired: z
    .object({
      n: z.number(),
      /** Items of either that the other does not have. */
      unpaired: z.number(),
      both: z.number(),
      onlyA: z.number(),
      onlyB: z.number(),
      neither: z.number(),
      /** McNemar's exact test; null where no item tells them apart. */
      p: z.number().nullable(),
    })
    .nullable(),
})
export type ResultComparison = z.infer<typeof resultComparisonSchema>

/** Characters of a pasted table: a page of a paper, not a data set. */
const PASTED = 1_000_000

/** What is to be imported as results. */
export const importResultsSchema = z.object({
  uploads: z
    .array(z.object({ uploadId: nameSchema, relativePath: z.string().max(LIMITS.path).optional() }))
    .max(LIMITS.plans)
    .default([]),
  /** A table as text. */
  pasted: z.string().max(PASTED).optional(),
  /** Model of files that name none. */
  model: shortText.optional(),
  /** Unit of tables that have no unit column. */
  unit: z.enum(RESULT_UNITS).exclude(['unstated']).optional(),
})
export type ImportResults = z.input<typeof importResultsSchema>

/** What became of the files. */
export const importedResultsSchema = z.object({
  files: z.array(resultFileSchema),
  /** What was left out, and why. */
  notes: z.array(z.string()),
  /** Errors of files that could not be read; the others are imported. */
  failed: z.array(z.string()),
})
export type ImportedResults = z.infer<typeof importedResultsSchema>

/** Returns what two spellings of a benchmark's name share: `GSM8K`, `gsm8k` and `gsm-8k` are one. */
export function benchmarkKey(name: string): string {
  // EvalPlus adds a plus to the name of another set of tests.
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}+]/gu, '')
}

/** Returns the benchmarks and metrics of which there are results over all of a benchmark, each once. */
export function outcomeChoices(
  results: readonly ResultFacts[],
): { benchmark: string; metric: string }[] {
  const whole = results.filter(({ subBenchmark }) => subBenchmark === null)
  const keys = whole.map(
    ({ benchmark, metric }) =>
      [`${benchmarkKey(benchmark)}/${metric}`, { benchmark, metric }] as const,
  )
  return [...new Map(keys).values()]
}

/** Returns a value in percent: of a fraction a hundred times it, null where it has another unit or is missing. */
export function percentOf({ value, unit }: Pick<ResultFacts, 'value' | 'unit'>): number | null {
  if (value === null || (unit !== 'fraction' && unit !== 'percent')) return null
  return unit === 'fraction' ? value * 100 : value
}

/** Returns the digits after the point of a number as it is written, its exponent counted in. */
export function decimalsOf(written: string): number {
  const [, fraction = '', exponent = '0'] = /(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(written) ?? []
  return Math.max(0, fraction.length - Number(exponent))
}

/** Returns whether value x n is a whole number within the rounding of the value; null where that cannot be told. */
export function isAttainable(facts: ResultFacts): boolean | null {
  const found = nearestHits(facts)
  return found && found.isClose
}

/** Returns how many of n items are right: as counted, or the one number that the value allows; null where that cannot be told. */
export function hitsOf(facts: ResultFacts): number | null {
  if (!facts.isShare || facts.n === null) return null
  const found = facts.k === null ? nearestHits(facts) : null
  return found?.isClose ? found.hits : facts.k
}

/** The number of right items that a value stands for; null where several are within its rounding. */
function nearestHits(facts: ResultFacts): { hits: number; isClose: boolean } | null {
  const { n, value, unit, written, isShare } = facts
  if (!isShare || n === null || n === 0 || value === null) return null
  if (unit !== 'fraction' && unit !== 'percent') return null
  const scale = unit === 'percent' ? n / 100 : n
  // What is printed was rounded or cut off; numbers with all their digits carry the rounding of the machine instead.
  const digit = 10 ** -decimalsOf(written) * scale
  const slack = 1e-9 * n
  if (1.5 * digit + 2 * slack >= 1) return null
  const hits = value * scale
  const smallest = Math.ceil(hits - digit / 2 - slack)
  return {
    hits: smallest,
    isClose: smallest >= 0 && smallest <= n && smallest < hits + Math.max(digit, slack),
  }
}

type Comparable = Pick<
  StoredResult,
  | 'benchmark'
  | 'subBenchmark'
  | 'metric'
  | 'unit'
  | 'harness'
  | 'harnessVersion'
  | 'fewShot'
  | 'templateHash'
  | 'fileId'
>

function majorOf(version: string | null): string | null {
  return version === null ? null : (/\d+/.exec(version)?.[0] ?? version)
}

/** Returns why two results cannot be compared, one sentence a reason; empty where they can. What neither states agrees within one file only. */
export function whyNotComparable(a: Comparable, b: Comparable): string[] {
  const facts = [
    ['benchmark', a.benchmark, b.benchmark],
    ['part of the benchmark', a.subBenchmark ?? 'all of it', b.subBenchmark ?? 'all of it'],
    ['metric key', a.metric, b.metric],
    ['harness', a.harness, b.harness],
    ['major version of the harness', majorOf(a.harnessVersion), majorOf(b.harnessVersion)],
    ['number of examples in the prompt', a.fewShot, b.fewShot],
    ['prompt or chat template', a.templateHash, b.templateHash],
  ] as const
  const reasons = facts.flatMap(([what, left, right]) => {
    if (left === null && right === null) {
      return a.fileId === b.fileId ? [] : [`The ${what} is stated by neither file.`]
    }
    if (left === null || right === null) return [`The ${what} is stated by one of them only.`]
    return left === right ? [] : [`The ${what} differs: ${left} and ${right}.`]
  })
  const isShare = ({ unit }: Comparable) => unit === 'fraction' || unit === 'percent'
  if (a.unit !== b.unit && !(isShare(a) && isShare(b))) {
    reasons.push(`The unit differs: ${a.unit} and ${b.unit}.`)
  }
  return reasons
}
