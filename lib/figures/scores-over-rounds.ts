import { z } from 'zod'
import {
  publishedLevels,
  publishedLossRatio,
  publishedScore,
  publishedSource,
  type PublishedPlace,
} from '@/lib/paper/published'
import { exampleData, exampleInfo, noise } from './shared/example'
import { columnChoice, panelOptions, paperOption, statisticOption } from './shared/options'
import { publishedPlace } from './shared/overlay'
import { linePoints, meanPlaces, resamplingNote } from './shared/line-points'
import { linesAltText, linesReading, linesTable, type LinesPrepared } from './shared/lines'
import { armsOf, countAll, roundsOf, seedSetsOf, comparable } from './shared/series'
import { defineFigure, type FigureData, type FigureSeries } from './types'

interface Measure {
  label: string
  column: string
  /** Published mean of a cell; absent where the paper has none. */
  published?: {
    kind: 'levels' | 'scores' | 'lossRatios'
    role: string
    read(place: PublishedPlace): number | null
  }
}

function publishedMeanLevel(place: PublishedPlace): number | null {
  const counts = publishedLevels(place)?.counts
  if (!counts) return null
  const rated = counts.reduce((sum, c) => sum + c, 0)
  return counts.reduce((sum, c, level) => sum + c * (level + 1), 0) / rated
}

const MEASURES: Record<string, Measure> = {
  score: {
    label: 'Difficulty score',
    column: 'difficulty_score.score',
    published: { kind: 'scores', role: 'judge model', read: publishedScore },
  },
  level: {
    label: 'Difficulty level',
    column: 'difficulty_level.level',
    published: { kind: 'levels', role: 'judge model', read: publishedMeanLevel },
  },
  ifd: {
    label: 'IFD',
    column: 'ifd.strict',
    published: {
      kind: 'lossRatios',
      role: 'scoring model',
      read: (at) => publishedLossRatio('ifd', at),
    },
  },
  icIfd: {
    label: 'IC-IFD',
    column: 'ic_ifd.strict',
    published: {
      kind: 'lossRatios',
      role: 'scoring model',
      read: (at) => publishedLossRatio('ic-ifd', at),
    },
  },
  mnd: { label: 'Nearest-neighbour distance', column: 'mnd.mnd' },
  tokenProbability: { label: 'First-token probability', column: 'token_probability.mean' },
}

const options = z.object({
  measure: columnChoice(
    {
      title: 'Measure',
      description: 'The column whose values are summed up for each round.',
      inline: true,
    },
    ['scalar', 'enum'],
    Object.fromEntries(Object.entries(MEASURES).map(([key, m]) => [key, m.label])),
  ),
  ...statisticOption,
  ...paperOption("Adds the paper's own means as hollow marks"),
  ...panelOptions,
})
type Options = z.infer<typeof options>

function measureOf(chosen: Options): Measure {
  // Any other value is the id of a column of the study.
  return MEASURES[chosen.measure] ?? { label: '', column: chosen.measure }
}

function published(measure: Measure, chosen: Options, series: FigureSeries): number | null {
  if (!chosen.paper || chosen.statistic !== 'mean') return null
  return measure.published?.read(publishedPlace(series)) ?? null
}

function overlayNotes(measure: Measure, chosen: Options, marks: number): string[] {
  if (!chosen.paper) return []
  if (!measure.published) return ['The paper prints no numbers for this measure.']
  if (chosen.statistic !== 'mean') return ['The paper prints means only: choose Mean to see them.']
  return marks > 0
    ? []
    : ['The paper has no numbers for these cells: it used Alpaca, GSM8K and Code Alpaca.']
}

function prepare(all: FigureData, chosen: Options): LinesPrepared {
  const measure = measureOf(chosen)
  const { column } = measure
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const rows = counts.reduce((sum, entry) => sum + entry.valued, 0)
  const points = linePoints(data, counts, {
    column,
    statistic: chosen.statistic,
    rows,
    published: (series) => published(measure, chosen, series),
  })
  const info = all.columns[column]
  const source = measure.published ? publishedSource(measure.published.kind) : null
  const marks = points.filter((point) => point.published !== null).length
  return {
    facets: seedSetsOf(data),
    rounds: roundsOf(data),
    points,
    column,
    measure: measure.label || (info?.label ?? column),
    unit: info?.unit ?? '',
    direction: info?.direction ?? 'none',
    statistic: chosen.statistic,
    intervals: chosen.intervals,
    axis: chosen.axis,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [...resamplingNote(rows, chosen), ...overlayNotes(measure, chosen, marks)],
    overlay: {
      shown: chosen.paper,
      source: source ? `${source.paper}, ${source.source}` : '',
      model: source?.model ?? null,
      role: measure.published?.role ?? '',
    },
  }
}

/** Mean or median of a chosen measure over the rounds. */
export const scoresOverRounds = defineFigure<Options, LinesPrepared>({
  id: 'scores-over-rounds',
  title: 'Scores over rounds',
  description:
    'Mean or median of a measure from the seeds through the rounds of each evolver, with 95 % intervals.',
  drawing: 'lines',
  question: 'hard',
  options,
  columns: (chosen) => [measureOf(chosen).column],
  prepare,
  table: linesTable,
  reading: linesReading,
  altText: linesAltText,
  // A median does not follow from counts and sums.
  places: (all, { column }, { statistic, mix }) =>
    statistic === 'mean' ? meanPlaces([{ data: comparable(all, column, mix).data, column }]) : null,
  example: () => ({
    data: exampleData(
      Object.values(MEASURES).map(({ column, label }) => ({
        info: exampleInfo(column, label, { unit: column.endsWith('score') ? 'points' : '' }),
        row: (row, out) => {
          out[0] = Math.min(100, Math.max(0, 30 + 16 * row.hardness + 3 * noise(row)))
        },
      })),
    ),
    options: { paper: true },
  }),
})
