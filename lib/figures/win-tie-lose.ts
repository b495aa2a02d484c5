import { z } from 'zod'
import { benchmarkKey, type StoredResult } from '@/lib/contracts/results'
import { publishedOutcomes, publishedSource } from '@/lib/paper/published'
import { binomialTwoSided } from '@/lib/stats/distributions'
import { wilsonInterval } from '@/lib/stats/intervals'
import { formatP } from '@/lib/stats/no-value'
import { exampleResult, exampleResults } from './shared/example-results'
import { axisOption, choice, mixOption, paperOption } from './shared/options'
import { comparableResults } from './shared/result-marks'
import { studentOf } from './shared/result-names'
import { markSelection } from './shared/result-text'
import { count, list, percent, plural, unitless } from './shared/text'
import {
  defineFigure,
  type FigureConflict,
  type FigureData,
  type FigureSelection,
  type FigureTable,
  type PreparedCommon,
  type SeriesCount,
} from './types'

const options = z.object({
  scale: choice(
    { count: 'Counts', share: 'Shares' },
    {
      title: 'Scale',
      description: 'Numbers of prompts, or their share of all prompts of the bar.',
      inline: true,
    },
  ),
  ...axisOption,
  ...paperOption('Adds the bars of the paper (Figures 6 and 7) as panels of their own'),
  ...mixOption,
})
type Options = z.infer<typeof options>

/** One comparison of two models over prompts. */
export interface OutcomeBar {
  label: string
  win: number
  tie: number
  lose: number
  n: number
  /** Wins among the prompts that are no ties, with Wilson's 95 % interval; null where all are ties. */
  share: number | null
  low: number | null
  high: number | null
  /** Exact sign test without the ties; null where all are ties. */
  p: number | null
  /** Rows that the first model was trained on; null = not known. */
  trained: number | null
  selection: FigureSelection | null
}

/** What the bars of outcomes are drawn from. */
export interface OutcomesPrepared extends PreparedCommon {
  panels: { key: string; label: string; bars: OutcomeBar[] }[]
  scale: 'count' | 'share'
  axis: 'own' | 'shared'
}

type Counts = Pick<OutcomeBar, 'win' | 'tie' | 'lose'>

function barOf(
  label: string,
  { win, tie, lose }: Counts,
  trained: number | null,
  selection: FigureSelection | null,
): OutcomeBar {
  const decided = win + lose
  const interval = wilsonInterval(win, decided)
  return {
    label,
    win,
    tie,
    lose,
    n: decided + tie,
    share: interval.ok ? interval.estimate : null,
    low: interval.ok ? interval.low : null,
    high: interval.ok ? interval.high : null,
    p: decided === 0 ? null : binomialTwoSided(win, decided),
    trained,
    selection,
  }
}

/** The three numbers of one comparison. */
interface Comparison {
  first: StoredResult
  parts: Partial<Record<keyof Counts, StoredResult>>
}

function isOutcome(metric: string): metric is keyof Counts {
  return metric === 'win' || metric === 'tie' || metric === 'lose'
}

function comparisonsOf(own: readonly StoredResult[]): Comparison[] {
  const found = new Map<string, Comparison>()
  for (const result of own) {
    const { fileId, model, benchmark, subBenchmark, date, metric, unit } = result
    if (unit !== 'count' || !isOutcome(metric)) continue
    const key = JSON.stringify([fileId, model, benchmark, subBenchmark, date])
    const one = found.get(key) ?? { first: result, parts: {} }
    one.parts[metric] = result
    found.set(key, one)
  }
  return [...found.values()]
}

function valuesOf({ parts }: Comparison): Counts | null {
  const [win, tie, lose] = [parts.win?.value, parts.tie?.value, parts.lose?.value]
  return win == null || tie == null || lose == null ? null : { win, tie, lose }
}

function reasonOf({ parts }: Comparison): string {
  const missing = Object.values(parts).find((part) => part.missing !== null)
  return missing?.missing ?? 'not_reported'
}

function ownPanels(data: FigureData, mix: boolean) {
  const all = comparisonsOf(data.results?.own ?? [])
  const panels = new Map<string, Comparison[]>()
  for (const one of all) {
    const key = JSON.stringify([benchmarkKey(one.first.benchmark), studentOf(one.first)])
    panels.set(key, [...(panels.get(key) ?? []), one])
  }
  const conflicts: FigureConflict[] = []
  const counts: SeriesCount[] = []
  const shown = [...panels].map(([key, inside]) => {
    const { first } = inside[0] as Comparison
    const label = [first.benchmark, studentOf(first)].filter(Boolean).join(', ')
    // What a model is compared with is another part of the benchmark; the bars of a panel may differ in that.
    const alike = inside.map((one) => ({ ...one.first, metric: 'win', subBenchmark: null }))
    const checked = comparableResults({ key, label }, alike, mix)
    conflicts.push(...checked.conflicts)
    const kept = inside.filter((one) => checked.kept.some(({ no }) => no === one.first.no))
    const valued = kept.filter((one) => valuesOf(one) !== null).length
    const missing: Record<string, number> = {}
    for (const one of kept) {
      if (valuesOf(one) === null) missing[reasonOf(one)] = (missing[reasonOf(one)] ?? 0) + 1
    }
    const base = { n: kept.length, valued, missing, done: kept.length, total: kept.length }
    const place = { arm: '', seedSetKey: '', round: 0, runId: null, definitionHash: '' }
    counts.push({ seriesKey: key, label, ...place, ...base })
    const bars = kept.flatMap((one) => {
      const values = valuesOf(one)
      if (!values) return []
      const { mapping, benchmark, fileName } = one.first
      const source = data.results?.exports.find(({ id }) => id === mapping.subsetId)
      const selection = markSelection({ benchmark: benchmarkKey(benchmark), trained: mapping })
      const named = ({ first: { model, subBenchmark } }: Comparison) =>
        [model, subBenchmark].filter(Boolean).join(', ')
      const isRepeated = kept.filter((other) => named(other) === named(one)).length > 1
      const name = [named(one), isRepeated ? fileName : ''].filter(Boolean).join(', ')
      return [barOf(name, values, source?.rows ?? null, selection)]
    })
    return { key, label, bars }
  })
  return { shown, conflicts, counts }
}

const PAPER_KEY = 'paper '

function paperPanels() {
  const bars = publishedOutcomes()
  const keys = [...new Set(bars.map(({ figure, student }) => `${figure} ${student}`))]
  return keys.map((key) => {
    const own = bars.filter(({ figure, student }) => `${figure} ${student}` === key)
    const [first] = own
    return {
      key: `${PAPER_KEY}${key}`,
      label: `Published, Figure ${first?.figure}, ${first?.student}`,
      bars: own.map((bar) => barOf(bar.label, bar, bar.trained, null)),
    }
  })
}

function prepare(data: FigureData, chosen: Options): OutcomesPrepared {
  const { shown, conflicts, counts } = ownPanels(data, chosen.mix)
  const paper = chosen.paper ? paperPanels() : []
  const panels = [...shown, ...paper].filter(({ bars }) => bars.length > 0)
  const published = paper.map(({ key, label, bars }): SeriesCount => ({
    seriesKey: key,
    label,
    arm: '',
    seedSetKey: '',
    round: 0,
    n: bars.length,
    valued: bars.length,
    missing: {},
    done: bars.length,
    total: bars.length,
    runId: null,
    definitionHash: '',
  }))
  const { paper: name } = publishedSource('scores')
  return {
    arms: [],
    counts: [...counts, ...published],
    conflicts,
    counted: 'results',
    panels,
    scale: chosen.scale,
    axis: chosen.axis,
    notes: [
      ...(panels.length > 0
        ? [
            "Above each bar: wins among the prompts that are no ties, with Wilson's 95 % interval and the exact sign test.",
          ]
        : []),
      ...(paper.length > 0
        ? [
            `Published: ${name}, Figures 6 and 7, judged by GPT-4 on 805 prompts of AlpacaFarm. Which bar of Figure 7 is 5, 10 or 15 % follows the order of Figure 6. Numbers of training rows are the percentages of Alpaca, rounded down.`,
          ]
        : []),
      ...(panels.some(({ bars }) => bars.some(({ trained }) => trained === null))
        ? ['Numbers of training rows are shown where the model is mapped to an export.']
        : []),
    ],
  }
}

/** Returns the test of a bar in words. */
export function outcomeText({ share, low, high, p }: OutcomeBar): string {
  if (share === null || low === null || high === null || p === null) return 'all are ties'
  const bounds = `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`
  const written = formatP(p)
  return `${percent(share)} (${bounds}), p ${written.startsWith('<') ? written : `= ${written}`}`
}

function table({ panels }: OutcomesPrepared): FigureTable {
  const all = panels.flatMap((panel) => panel.bars.map((bar) => ({ panel, bar })))
  return {
    columns: [
      ...unitless({
        panel: 'Panel',
        label: 'Comparison',
        trained: 'Training rows',
        win: 'Win',
        tie: 'Tie',
        lose: 'Lose',
        n: 'n',
      }),
      { key: 'rate', label: 'Wins of all', unit: '%' },
      { key: 'share', label: 'Wins without ties', unit: '%' },
      { key: 'low', label: '95 % from', unit: '%' },
      { key: 'high', label: '95 % to', unit: '%' },
      { key: 'p', label: 'Sign test p', unit: '' },
    ],
    rows: all.map(({ panel, bar }) => {
      const { label, trained, win, tie, lose, n, p } = bar
      const hundred = (value: number | null) => (value === null ? null : 100 * value)
      return {
        panel: panel.label,
        label,
        trained,
        win,
        tie,
        lose,
        n,
        p,
        rate: n === 0 ? null : (100 * win) / n,
        share: hundred(bar.share),
        low: hundred(bar.low),
        high: hundred(bar.high),
      }
    }),
    selections: all.map(({ bar }) => bar.selection),
  }
}

function reading({ panels }: OutcomesPrepared): string {
  const own = panels.filter(({ key }) => !key.startsWith(PAPER_KEY))
  // Published comparisons are counted only where there are no own ones.
  const bars = (own.length > 0 ? own : panels).flatMap((panel) => panel.bars)
  if (bars.length === 0) return ''
  const ahead = bars.filter(({ win, lose }) => win > lose).length
  const clear = bars.filter(({ p }) => p !== null && p < 0.05).length
  return `The first model wins more often than it loses in ${ahead} of ${plural(bars.length, 'comparison')}; the sign test gives p below 0.05 in ${clear}, each by itself.`
}

function altText({ panels }: OutcomesPrepared): string {
  if (panels.length === 0) return 'No counts of wins, ties and losses to draw yet.'
  const texts = panels.map(({ label, bars }) => {
    const words = bars.map(
      (bar) =>
        `${bar.label}: ${count(bar.win)} wins, ${count(bar.tie)} ties, ${count(bar.lose)} losses`,
    )
    return `${label}: ${list(words)}`
  })
  return `Stacked bars of wins, ties and losses. ${texts.join('. ')}.`
}

const EXAMPLE = [
  { model: 'Best 5 %', win: 421, tie: 57, lose: 307, rows: 2500 },
  { model: 'Best 10 %', win: 440, tie: 50, lose: 295, rows: 5000 },
  { model: 'Best 15 %', win: 380, tie: 45, lose: 360, rows: 7500 },
] as const

/** Wins, ties and losses of one model against another. */
export const winTieLose = defineFigure<Options, OutcomesPrepared>({
  id: 'win-tie-lose',
  title: 'Wins, ties and losses',
  description:
    'How often the answers of one model were judged better than, as good as and worse than those of another: by a judge model here, in imported annotations or as pasted counts.',
  drawing: 'bars',
  question: 'gain',
  options,
  columns: () => [],
  needsResults: true,
  prepare,
  table,
  reading,
  altText,
  example: () => ({
    data: exampleResults(
      EXAMPLE.flatMap(({ model, ...counts }, at) =>
        (['win', 'tie', 'lose'] as const).map((metric, m) =>
          exampleResult(
            3 * at + m,
            {
              model,
              benchmark: 'AlpacaFarm',
              metric,
              value: counts[metric],
              unit: 'count',
              n: 785,
              isShare: false,
            },
            { armKey: 'small-8b', student: 'Example-8B', subsetId: `subset-${at}` },
          ),
        ),
      ),
      EXAMPLE.map(({ model, rows }, at) => ({ id: `subset-${at}`, name: model, rows })),
    ),
    options: {},
  }),
})
