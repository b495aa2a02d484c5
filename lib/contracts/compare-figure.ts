import type { CompareInterval, CompareMetric, CompareSummary } from './compare'
import { comparedPairs, differenceOf, type ComparedPair } from './compare-report'
import type { FigureResult, PreparedCommon } from './figure'
import { formatMetric } from './format'

/** One line of a forest plot: two sides, their mean difference and its interval. */
export interface ForestLine {
  key: string
  label: string
  estimate: number
  low: number | null
  high: number | null
}

/** What a forest plot draws: differences on one axis around zero, the highest first. */
export interface ForestPrepared extends PreparedCommon {
  axis: string
  lines: ForestLine[]
}

/** A metric of two sides, with its interval once it is there. */
export interface PairOfSides {
  pair: ComparedPair
  metric: CompareMetric
  interval: CompareInterval | undefined
}

/** Returns the metric that a comparison is shown by: the chosen one, else the first with values; undefined without any. */
export function shownMetric(
  { metrics }: Pick<CompareSummary, 'metrics'>,
  column: string | null,
): CompareMetric | undefined {
  if (column !== null) return metrics.find((metric) => metric.column === column)
  const hasValues = ({ paired, unpaired }: CompareMetric) => (paired?.n ?? unpaired?.nA ?? 0) > 0
  return metrics.find(hasValues) ?? metrics[0]
}

/** Returns one metric of all compared pairs of sides, the highest difference first, those without one last. */
export function pairsOfSides(
  summary: CompareSummary,
  intervals: readonly (Readonly<Record<string, CompareInterval>> | undefined)[],
  column: string,
): PairOfSides[] {
  const all = comparedPairs(summary).flatMap((pair, i) => {
    const metric = pair.metrics.find((one) => one.column === column)
    return metric ? [{ pair, metric, interval: intervals[i]?.[column] }] : []
  })
  const key = ({ metric }: PairOfSides) => differenceOf(metric) ?? -Infinity
  return all.toSorted((x, y) => (key(y) > key(x) ? 1 : key(y) < key(x) ? -1 : 0))
}

function lineOf({ pair, metric, interval }: PairOfSides, sides: readonly string[]): ForestLine[] {
  const estimate = differenceOf(metric)
  if (estimate === null) return []
  const range = metric.paired ? interval : metric.unpaired?.difference
  const label = `${sides[pair.a]} − ${sides[pair.b]}${metric.unpaired ? ' (unpaired)' : ''}`
  const ends = range?.ok ? { low: range.low, high: range.high } : { low: null, high: null }
  return [{ key: `${pair.a}.${pair.b}`, label, estimate, ...ends }]
}

const TABLE_COLUMNS = ['difference', 'low', 'high'] as const

/** Returns the differences of all sides in one metric as a figure, to be drawn and exported as any other; null without a difference. */
export function forestFigure(
  summary: CompareSummary,
  pairs: readonly PairOfSides[],
  sides: readonly string[],
): FigureResult | null {
  const lines = pairs.flatMap((one) => lineOf(one, sides))
  const [first] = pairs
  if (!first || lines.length === 0) return null
  const { label, unit, unitName } = first.metric
  const axis = `Mean difference in ${label}${unit ? ` (${unit})` : ''}`
  const number = (value: number) => (value > 0 ? `+${formatMetric(value)}` : formatMetric(value))
  const reading = lines
    .map(({ label: name, estimate, low, high }) => {
      const range = low === null || high === null ? '' : ` (${number(low)} to ${number(high)})`
      return `${name}: ${number(estimate)}${range}`
    })
    .join('; ')
  const note = `95 % bootstrap intervals, ${unitName}s resampled; normal intervals where unpaired. ${summary.tests} tests corrected by Holm.`
  const runs = new Map(
    pairs.flatMap(({ metric: { a, b } }) =>
      [a, b].flatMap(({ runId, definitionHash }) =>
        runId === null
          ? []
          : [[runId, { runId, definitionHash: definitionHash ?? '', model: null }] as const],
      ),
    ),
  )
  const prepared: ForestPrepared = {
    axis,
    lines,
    arms: [],
    conflicts: [],
    notes: [note],
    counts: pairs.map(({ pair, metric }) => ({
      seriesKey: `${pair.a}.${pair.b}`,
      label: `${sides[pair.a]} − ${sides[pair.b]}`,
      arm: '',
      seedSetKey: '',
      round: 0,
      n: metric.paired ? pair.aligned : metric.a.rows + metric.b.rows,
      valued: metric.paired?.n ?? (metric.unpaired ? metric.a.valued + metric.b.valued : 0),
      missing: {},
      done: 0,
      total: 0,
      runId: metric.a.runId,
      definitionHash: metric.a.definitionHash ?? '',
    })),
  }
  return {
    figure: {
      id: 'differences-of-sides',
      title: axis,
      description: 'Mean differences of two sides each with their intervals, around no difference.',
      drawing: 'forest',
      // Drawn on the Compare page only, which has no questions.
      question: 'hard',
      options: [],
      hasDrawnValues: false,
    },
    options: { column: first.metric.column, unit: unitName, operators: summary.operators },
    prepared,
    table: {
      columns: [
        { key: 'sides', label: 'Sides', unit: '' },
        ...TABLE_COLUMNS.map((key) => ({ key, label: key, unit })),
      ],
      rows: lines.map(({ label: name, estimate, low, high }) => ({
        sides: name,
        difference: estimate,
        low,
        high,
      })),
    },
    reading: '',
    altText: `${axis}. ${reading}.`,
    cards: [...runs.values()],
    study: summary.source.study,
    filter: {},
    citation: summary.citation,
    version: summary.source.version,
    preparedAt: summary.source.at,
  }
}
