import type {
  CompareInterval,
  CompareMetric,
  CompareOmnibus,
  CompareSummary,
  SidePair,
} from './compare'
import { DASH, formatMetric, plural } from './format'
import { latexText } from './latex'

// The unit where none is chosen; sentences and tables say so where it is another one.
const SEED = 'seed'
// A corrected p value below this is called a difference.
const LEVEL = 0.05

/** The test whose p value stands for a metric. */
export interface MainTest {
  name: string
  test: { ok: true; p: number; pHolm: number } | { ok: false; reason: string }
}

/** Returns the one test of a metric: signed ranks, the trend of ordered levels, McNemar for two, ranks of unpaired sets; null without any. */
export function mainTest({ levelTests, unpaired, paired }: CompareMetric): MainTest | null {
  if (levelTests && levelTests.names.length > 2) {
    return { name: 'ordered trend', test: levelTests.trend }
  }
  if (levelTests) return { name: "exact McNemar's test", test: levelTests.mcnemar.test }
  if (unpaired) return { name: 'Mann-Whitney test', test: unpaired.mannWhitney }
  return paired ? { name: 'Wilcoxon signed-rank test', test: paired.wilcoxon } : null
}

/** Returns the effect size of a metric, -1 to 1: rank-biserial, or Cliff's delta for levels and unpaired sets; null without one. */
export function effectOf({ unpaired, paired, levelTests }: CompareMetric): number | null {
  if (unpaired) return unpaired.mannWhitney.ok ? unpaired.mannWhitney.delta : null
  if (paired?.wilcoxon.ok) return paired.wilcoxon.effect
  return levelTests && paired?.cliff.ok ? paired.cliff.delta : null
}

/** Returns the mean difference A - B, of pairs or else of the means of both sides; null without one. */
export function differenceOf({ paired, unpaired }: CompareMetric): number | null {
  if (paired) return paired.meanDifference
  return unpaired?.difference.ok ? unpaired.difference.estimate : null
}

function pWords(p: number): string {
  if (p < 0.001) return 'p < 0.001'
  return `p = ${p.toPrecision(2)}`
}

function corrected(test: { pHolm: number }, tests: number): string {
  const family = tests > 1 ? `, Holm-corrected over ${tests} tests` : ''
  return `${pWords(test.pHolm)}${family}`
}

function unpairedSentence(metric: CompareMetric, labels: Labels, tests: number): string | null {
  const { unpaired, label } = metric
  if (!unpaired || unpaired.nA === 0 || unpaired.nB === 0) return null
  const { mannWhitney, nA, nB, unitsA, unitsB } = unpaired
  const counted = (rows: number, units: number) =>
    metric.unitName === SEED
      ? plural(rows, 'row')
      : `${plural(rows, 'row')} (${plural(units, metric.unitName)})`
  const start = `In ${counted(nA, unitsA)} of ${labels.a} and ${counted(nB, unitsB)} of ${labels.b} that are not paired by seed`
  if (!mannWhitney.ok) return `${start}, all values of ${label} are equal.`
  const test = `Mann-Whitney test, ${corrected(mannWhitney, tests)}`
  if (mannWhitney.pHolm >= LEVEL) return `${start}, no difference in ${label} is shown (${test}).`
  const higher = mannWhitney.delta > 0
  const { difference } = unpaired
  const apart = difference.ok
    ? `mean difference ${formatMetric(difference.estimate)}, 95 % interval ${formatMetric(difference.low)} to ${formatMetric(difference.high)}; `
    : ''
  return `${start}, ${label} tends to be ${higher ? 'higher' : 'lower'} for ${labels.a} (${apart}Cliff's delta ${formatMetric(mannWhitney.delta)}; ${test}); seeds are not controlled for.`
}

/** Names of the sides in a sentence. */
export interface Labels {
  a: string
  b: string
}

/**
 * Returns one sentence on a metric that a reader may quote, with the doubt that goes with it; null where nothing was
 * compared. It names a direction only where interval and corrected test both show it, and never calls two sides equal.
 */
export function compareSentence(...of: Parameters<typeof sentenceOf>): string | null {
  const sentence = sentenceOf(...of)
  const [{ doubt }] = of
  return sentence === null || doubt === '' ? sentence : `${sentence} ${doubt}`
}

function sentenceOf(
  metric: CompareMetric,
  interval: CompareInterval | undefined,
  labels: Labels,
  tests: number,
): string | null {
  if (metric.conflict) return null
  const { paired, label, unit } = metric
  if (!paired) return unpairedSentence(metric, labels, tests)
  const main = mainTest(metric)
  const difference = paired.meanDifference
  if (paired.n === 0 || difference === null || !main) return null
  const isSeed = metric.unitName === SEED
  const seeds = !isSeed
    ? `${plural(paired.n, 'pair')} of rows from the same seeds, ${plural(paired.seeds, 'unit')} by ${metric.unitName}`
    : paired.seeds === paired.n
      ? `${plural(paired.n, 'pair')} of rows from the same seeds`
      : `${plural(paired.n, 'pair')} of rows from ${plural(paired.seeds, 'seed')}`
  const amount = (value: number) => `${formatMetric(value)}${unit ? ` ${unit}` : ''}`
  const { test } = main
  const range = interval?.ok
    ? `95 % interval ${formatMetric(interval.low)} to ${formatMetric(interval.high)}, ${isSeed ? 'seeds' : 'units'} resampled`
    : 'no interval'
  const shown = test.ok ? `${main.name}, ${corrected(test, tests)}` : 'no test'
  const brackets = `(${range}; ${shown})`
  const beyondZero = interval?.ok === true && (interval.low > 0 || interval.high < 0)
  const tested = test.ok && test.pHolm < LEVEL
  if (beyondZero && tested) {
    const size = formatMetric(Math.abs(difference))
    return `Over ${seeds}, ${label} is on average ${size}${unit ? ` ${unit}` : ''} ${difference > 0 ? 'higher' : 'lower'} for ${labels.a} than for ${labels.b} ${brackets}.`
  }
  const start = `Over ${seeds}, the mean difference in ${label} between ${labels.a} and ${labels.b} is ${amount(difference)} ${brackets}`
  if (beyondZero || tested) return `${start}; interval and test do not both show a difference.`
  const all = metric.controls[0]
  const power =
    all?.ok && all.detectable > 0
      ? ` A true difference of ${amount(all.detectable)} would be found with a probability of 80 % (single test at 5 %).`
      : ''
  return `${start}; this shows no difference, and does not show that they are equal.${power}`
}

interface TableColumn {
  key: string
  label: string
  unit: string
}

/** The comparison as numbers. */
export interface CompareTable {
  columns: TableColumn[]
  rows: Record<string, string | number | null>[]
}

const COLUMNS: readonly (readonly [key: string, label: string])[] = [
  ['metric', 'Metric'],
  ['unit', 'Unit'],
  ['meanA', 'Mean A'],
  ['meanB', 'Mean B'],
  ['difference', 'A - B'],
  ['low', '95 % low'],
  ['high', '95 % high'],
  ['effect', 'Effect'],
  ['test', 'Test'],
  ['p', 'p'],
  ['pHolm', 'p (Holm)'],
  ['pairs', 'Pairs'],
  ['seeds', 'Seeds'],
  ['missingA', 'Missing A'],
  ['missingB', 'Missing B'],
  ['detectable', 'Detectable (80 % power)'],
  ['note', 'Note'],
]

type TableRow = CompareTable['rows'][number]

function metricRow(
  metric: CompareMetric,
  interval: CompareInterval | undefined,
  operators: readonly string[],
): TableRow {
  const side = metric.paired ?? metric.unpaired
  const apart = metric.unpaired?.difference
  const main = mainTest(metric)
  const test = main?.test.ok ? main.test : null
  const all = metric.controls[0]
  return {
    metric: metric.label,
    unit: metric.unit,
    meanA: side?.meanA ?? null,
    meanB: side?.meanB ?? null,
    difference: differenceOf(metric),
    low: interval?.ok ? interval.low : apart?.ok ? apart.low : null,
    high: interval?.ok ? interval.high : apart?.ok ? apart.high : null,
    effect: effectOf(metric),
    test: main?.name ?? null,
    p: test?.p ?? null,
    pHolm: test?.pHolm ?? null,
    pairs: metric.paired?.n ?? null,
    seeds: metric.paired?.seeds ?? null,
    missingA: metric.a.rows - metric.a.valued,
    missingB: metric.b.rows - metric.b.valued,
    detectable: all?.ok ? all.detectable : null,
    note: [
      metric.conflict?.message ?? (metric.unpaired ? 'not paired by seed' : ''),
      metric.doubt,
      metric.unitName === SEED ? '' : `unit: ${metric.unitName}`,
      operators.length > 0 ? `only rows of ${operators.join(', ')}` : '',
    ]
      .filter((text) => text !== '')
      .join('; '),
  }
}

function omnibusRow({ label, friedman }: CompareOmnibus): TableRow {
  return {
    a: 'all sides',
    metric: label,
    test: FRIEDMAN,
    ...(friedman.ok
      ? {
          effect: friedman.concordance,
          p: friedman.p,
          pHolm: friedman.pHolm,
          seeds: friedman.n,
          note: "effect: Kendall's W",
        }
      : { note: OMNIBUS_REASONS[friedman.reason] ?? friedman.reason }),
  }
}

const FRIEDMAN = 'Friedman test'

/** Why there is no test over all sides. */
const OMNIBUS_REASONS: Readonly<Record<string, string>> = {
  n_too_small: 'fewer than two seeds have a value on every side',
  all_ties: 'every seed has equal values on all sides',
  conflict: 'the sides do not share a scale',
  unit: 'the test takes seeds for independent, and another unit is chosen',
}

/** Returns one sentence on a metric over all sides; it names no side, as the test does not. */
export function omnibusSentence(
  { label, friedman }: CompareOmnibus,
  sides: number,
  tests: number,
): string {
  if (!friedman.ok) {
    return `${label} has no test over all ${sides} sides: ${OMNIBUS_REASONS[friedman.reason] ?? friedman.reason}.`
  }
  const start = `Over ${plural(friedman.n, 'seed')} with a value on all ${sides} sides`
  const test = `(${FRIEDMAN}, ${corrected(friedman, tests)}; Kendall's W ${formatMetric(friedman.concordance)})`
  return friedman.pHolm < LEVEL
    ? `${start}, ${label} differs between sides ${test}; the pairs of sides show which ones.`
    : `${start}, no difference in ${label} between sides is shown ${test}.`
}

/** What is compared on two sides, of a summary of two or more. */
export interface ComparedPair extends SidePair {
  aligned: number
  metrics: CompareMetric[]
}

/** Returns the pairs of sides of a summary, A and B first, as `sidePairs` gives them. */
export function comparedPairs({
  aligned,
  metrics,
  further,
}: Pick<CompareSummary, 'aligned' | 'metrics' | 'further'>): ComparedPair[] {
  return [{ a: 0, b: 1, aligned, metrics }, ...further]
}

/**
 * Returns the summary as a table, one line a metric and pair of sides; what does not exist is null, and a conflict is in
 * the note. `intervals` has an entry a pair; with more than two sides their names begin each line.
 */
export function compareTable(
  summary: CompareSummary,
  intervals: readonly Readonly<Record<string, CompareInterval>>[],
  sides: readonly string[],
): CompareTable {
  const names: readonly (readonly [key: string, label: string])[] =
    summary.further.length > 0
      ? [
          ['a', 'Side A'],
          ['b', 'Side B'],
        ]
      : []
  const rows = comparedPairs(summary).flatMap(({ a, b, metrics }, i) =>
    metrics.map((metric) => ({
      a: sides[a] ?? null,
      b: sides[b] ?? null,
      ...metricRow(metric, intervals[i]?.[metric.column], summary.operators),
    })),
  )
  return {
    columns: [...names, ...COLUMNS].map(([key, label]) => ({ key, label, unit: '' })),
    rows: [...rows, ...summary.omnibus.map(omnibusRow)],
  }
}

// Numbers that are counts: written whole.
const COUNTS = new Set(['pairs', 'seeds', 'missingA', 'missingB'])

function shownCell(key: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined) return DASH
  if (typeof value === 'string') return value
  if (COUNTS.has(key)) return String(value)
  if ((key === 'p' || key === 'pHolm') && value < 0.001) return '< 0.001'
  return formatMetric(value)
}

function cells({ columns, rows }: CompareTable): string[][] {
  return rows.map((row) => columns.map(({ key }) => shownCell(key, row[key])))
}

/** Returns the table in Markdown; a bar or a line break in a name cannot end its cell. */
export function markdownTable(table: CompareTable): string {
  const safe = (text: string) =>
    text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_{}[\]<>|#]/gu, (sign) => `\\${sign}`)
  const line = (texts: readonly string[]) => `| ${texts.map(safe).join(' | ')} |`
  const rule = `|${table.columns.map(({ key }) => (TEXTS.has(key) ? ' --- ' : ' ---: ')).join('|')}|`
  return `${[line(table.columns.map(({ label }) => label)), rule, ...cells(table).map(line)].join('\n')}\n`
}

// Columns of words; all others are aligned to the right.
const TEXTS = new Set(['a', 'b', 'metric', 'unit', 'test', 'note'])

/** Returns the table in LaTeX (booktabs); no character of a name is a command. */
export function latexTable(table: CompareTable): string {
  const line = (texts: readonly string[]) => `${texts.map(latexText).join(' & ')} \\\\`
  const spec = table.columns.map(({ key }) => (TEXTS.has(key) ? 'l' : 'r')).join('')
  return `${[
    `\\begin{tabular}{${spec}}`,
    '\\toprule',
    line(table.columns.map(({ label }) => label)),
    '\\midrule',
    ...cells(table).map(line),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n')}\n`
}
