import {
  benchmarkKey,
  isAttainable,
  unknownModel,
  UNSTATED,
  type StoredResult,
} from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import published from './published.json'
import tables from './results.json'

/** What stands in the place of the format's name where a number is the paper's. */
export const PAPER_SOURCE = 'paper'
/** The paper and its version. */
export const PAPER_NAME: string = published.paper

/** One printed number; what the table does not say is absent. */
interface Printed {
  table: number
  benchmark: string
  metric: string
  value: number | null
  unit: StoredResult['unit']
  n: number | null
  arm: string
  student?: string
  evolver?: string
  size?: string
  tuning?: string
  round?: number
  temperature?: number
  seedSet?: string
  /** What was selected of the training data. */
  part?: string
}

const METRICS: Readonly<Record<string, { benchmark: string; metric: string; n: number | null }>> =
  tables.metrics

function studentResults(): Printed[] {
  return tables.tables.flatMap(({ table, metrics, rows }) =>
    rows.flatMap(({ values, ...row }) =>
      metrics.flatMap((key, at) => {
        const known = METRICS[key]
        const unit = key === 'reward' ? 'points' : 'percent'
        return known ? { ...row, ...known, table, unit, value: values[at] ?? null } : []
      }),
    ),
  )
}

function cellMeans(): Printed[] {
  const { scores, lossRatios } = published
  return [
    ...scores.rows.map((row) => ({
      ...row,
      table: 13,
      benchmark: 'Difficulty score',
      metric: 'mean score',
      value: row.mean,
      unit: 'points' as const,
      n: null,
    })),
    ...lossRatios.rows.flatMap((row) =>
      [
        { metric: 'mean IFD x 100', value: row.ifdPercent },
        { metric: 'mean IC-IFD x 100', value: row.icIfdPercent },
      ].map((one) => ({
        ...row,
        ...one,
        table: 15,
        benchmark: 'Loss ratios',
        // IC-IFD has the unit 1/nat, so neither is a share of anything.
        unit: 'points' as const,
        n: null,
      })),
    ),
  ]
}

const TITLES = new Map(tables.tables.map(({ table, title }) => [table, title]))
const ARMS: Readonly<Record<string, string>> = { slm: 'SLM', llm: 'LLM', seed: SEEDS_KEY }
// Who wrote the responses of every cell, and of the table of student sizes.
const WRITER = 'Qwen-2.5-72B-Instruct'
const SCALING = 11
const SCALING_WRITER = 'Llama-3.1-70B-Instruct'
// All these tables print two digits after the point.
const PRINTED_DIGITS = 2

function resultOf(printed: Printed, no: number): StoredResult {
  const { table, benchmark, metric, value, unit, n, part, evolver, student, tuning } = printed
  const arm = ARMS[printed.arm] ?? printed.arm
  const facts = {
    model: [student ?? 'Data', part].filter(Boolean).join(', '),
    benchmark,
    subBenchmark: null,
    metric,
    value,
    missing: value === null ? ('not_reported' as const) : null,
    written: value === null ? '' : value.toFixed(PRINTED_DIGITS),
    unit,
    n,
    k: null,
    isShare: n !== null,
    ...UNSTATED,
    place: [`Table ${table}`, TITLES.get(table)].filter(Boolean).join(': '),
  }
  return {
    ...facts,
    no,
    fileId: `table-${table}`,
    fileName: `${PAPER_NAME}, Table ${table}`,
    source: PAPER_SOURCE,
    mapping: {
      ...unknownModel(),
      armKey: evolver === undefined ? arm : `${arm} (${evolver})`,
      round: printed.round ?? null,
      seedSets: printed.seedSet === undefined ? [] : [printed.seedSet],
      student: student ?? null,
      size: printed.size ?? null,
      tuning: tuning === 'full' || tuning === 'lora' ? tuning : null,
      temperature: printed.temperature ?? null,
      writer: student === undefined ? null : table === SCALING ? SCALING_WRITER : WRITER,
    },
    attainable: isAttainable(facts),
    items: 0,
    itemsOf: null,
  }
}

let results: StoredResult[] | null = null

/**
 * Returns the numbers of the paper's tables 1 to 5 and 9 to 15 as they are printed, in the order of the tables. `n` is the usual
 * size of the benchmark, which the paper does not print; numbers that no count out of n gives are marked, not corrected.
 */
export function publishedResults(): StoredResult[] {
  results ??= [...studentResults(), ...cellMeans()]
    .toSorted((a, b) => a.table - b.table)
    .map((printed, at) => resultOf(printed, -1 - at))
  return results
}

type Measured = Pick<StoredResult, 'benchmark' | 'subBenchmark' | 'metric'>

// The names that evaluation tools give to what the paper measured, besides the paper's own names.
const SAME_BENCHMARKS: Readonly<Record<string, string>> = {
  hendrycksmath: 'math',
  minervamath: 'math',
}
const ACCURACY = /^(?:acc|accuracy|exact_match|em|score)(?:[,/ ].*)?$/
const FOLLOWED: Readonly<Record<string, RegExp>> = {
  gsm8k: ACCURACY,
  math: ACCURACY,
  ceval: ACCURACY,
  mmlu: ACCURACY,
  humaneval: /^(?:humaneval_)?pass(?:@|_at_)1(?:,.*)?$/,
  mbpp: /^(?:mbpp_)?pass(?:@|_at_)1(?:,.*)?$/,
}

function keyOf({ benchmark, subBenchmark, metric }: Measured): string | null {
  const named = benchmarkKey(benchmark)
  const name = SAME_BENCHMARKS[named] ?? named
  const key = metric.toLowerCase()
  if (name === 'ifeval') {
    const level = /prompt/.exec(key)?.[0] ?? (/inst/.test(key) ? 'inst' : null)
    const manner = /strict|loose/.exec(key)?.[0]
    return level && manner ? `${name} ${level} ${manner}` : null
  }
  if (name === 'followbench') {
    if (!/hard|hsr/.test(key)) return null
    const level = /level\D*(\d)/.exec(`${key} ${subBenchmark ?? ''}`.toLowerCase())?.[1]
    return `${name} ${level ?? (/mean|avg|average/.test(key) ? 'mean' : '?')}`
  }
  return subBenchmark === null && FOLLOWED[name]?.test(key) ? name : null
}

let measured: Set<string> | null = null

/**
 * Returns whether a metric of a benchmark is one that the paper prints, or the one of a given published result; by name,
 * which says nothing of prompts and versions.
 */
export function isMetricOfPaper(own: Measured, published?: Measured): boolean {
  const key = keyOf(own)
  if (key === null) return false
  if (published) return keyOf(published) === key
  measured ??= new Set(publishedResults().flatMap((result) => keyOf(result) ?? []))
  return measured.has(key)
}
