import { z } from 'zod'
import { publishedLevels, publishedSeedSet, publishedSource } from '@/lib/paper/published'
import { exampleLevels } from './shared/example'
import { levelPanels } from './shared/level-panels'
import { levelPlaces, ordinalCounter } from './shared/level-places'
import {
  levelMix,
  levelMixOf,
  levelAxis,
  shareDifference,
  type DifficultyLevelsPrepared,
  type LevelBars,
  type LevelDifference,
  type LevelMix,
  type LevelPanel,
} from './shared/levels'
import { levelsAltText, levelsReading, levelsTable } from './shared/levels-text'
import { publishedPlace } from './shared/overlay'
import {
  choice,
  heightsOption,
  panelOptions,
  paperOption,
  UNKNOWN_VALUES,
  valuesOption,
} from './shared/options'
import { comparable } from './shared/series'
import { defineFigure, type FigureData, type FigureSeries } from './types'

const LEVEL = 'difficulty_level.level'
// Counts of a summary; which row has which level is not known.
const IMPORTED_LEVEL = 'imported_level.pool'
const DEFAULT_LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard']
const WHOLE_FILE = { column: null, min: null, max: null }
const POOL_NOTE =
  'Counts of whole files: a filter of rows leaves them out, and a bar leads to all rows of its file.'
// Above this share the five levels no longer tell hard from harder.
const CEILING_PERCENT = 50

const options = z.object({
  view: choice(
    { grouped: 'Grouped', stacked: 'Stacked', difference: 'Difference' },
    {
      title: 'View',
      description:
        'Bars side by side, bars that add up to 100 %, or the first evolver minus the second.',
      inline: true,
    },
  ),
  ...valuesOption,
  ...paperOption("Outlines the paper's own shares behind the bars"),
  ...heightsOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

const columnOf = ({ values }: Pick<Options, 'values'>) =>
  values === 'imported' ? IMPORTED_LEVEL : LEVEL

function publishedMix(series: FigureSeries): LevelMix | null {
  const found = publishedLevels(publishedPlace(series))
  return found ? levelMix(found.counts, found.n) : null
}

function differencesOf(bars: readonly LevelBars[], arms: readonly string[]): LevelDifference[] {
  const present = arms.flatMap(
    (key) => bars.find((bar) => bar.arm === key && bar.mix.asked > 0) ?? [],
  )
  const baseline = present.at(-1)
  if (!baseline || present.length < 2) return []
  return present.slice(0, -1).map((bar) => ({
    arm: bar.arm,
    baseline: baseline.arm,
    levels: bar.mix.levels.map((level, i) =>
      shareDifference(level, baseline.mix.levels[i] ?? baseline.mix.none),
    ),
  }))
}

// Small evolvers before large ones, so that a difference reads "small minus large" as in the paper.
function differenceOrder(data: FigureData): string[] {
  const rank = { small: 0, other: 1, large: 2 }
  const arms = new Map(
    data.series.flatMap((s) =>
      s.armKey === null ? [] : [[s.armKey, rank[s.armClass ?? 'other']]],
    ),
  )
  return [...arms].toSorted((a, b) => a[1] - b[1]).map(([key]) => key)
}

function notesOf(panels: readonly LevelPanel[], levels: readonly string[]): string[] {
  const high = panels.flatMap((panel) =>
    panel.bars.filter((bar) => (bar.mix.levels.at(-1)?.percent ?? 0) > CEILING_PERCENT),
  )
  if (high.length === 0) return []
  return [
    `Ceiling: more than ${CEILING_PERCENT} % of the rows are "${levels.at(-1) ?? ''}" in ${high.length} series; the scale no longer separates them.`,
  ]
}

function prepare(all: FigureData, options: Options) {
  const { view, paper, heights, intervals, axis, mix } = options
  const column = columnOf(options)
  const { data, conflicts } = comparable(all, column, mix)
  const isPool = data.columns[column]?.isPool ?? false
  const levels = data.columns[column]?.levels ?? DEFAULT_LEVELS
  const order = differenceOrder(data)
  const drawn = levelPanels(data, column, {
    mixOf: (series) => levelMixOf(series, column, levels.length),
    publishedOf: (series) => (paper ? publishedMix(series) : null),
    differencesOf: (bars) => differencesOf(bars, order),
  })
  const { panels } = drawn
  const source = publishedSource('levels')
  const known = data.series.filter((one) => publishedSeedSet(one.seedSetKey, one.cellRows) !== null)
  return {
    ...drawn,
    names: {
      one: 'Level',
      each: 'difficulty level',
      none: 'no level',
      legend: 'reply without a level',
    },
    levels,
    // A bar of counts leads to all rows of its file.
    ...(isPool ? { filters: [...levels, ''].map(() => WHOLE_FILE) } : {}),
    view,
    intervals,
    axis,
    heights,
    conflicts,
    notes: [
      ...(isPool ? [UNKNOWN_VALUES, POOL_NOTE] : []),
      ...notesOf(panels, levels),
      ...(paper && heights === 'count'
        ? ['Published shares are of other numbers of rows: in the table, not beside counts.']
        : []),
      ...(paper && known.length === 0
        ? ['The paper has no numbers for these seed sets: it used Alpaca, GSM8K and Code Alpaca.']
        : []),
    ],
    overlay: {
      shown: paper,
      source: `${source.paper}, ${source.source}`,
      model: source.model,
      cells: panels.flatMap((panel) => panel.bars).filter((bar) => bar.published).length,
    },
  }
}

/** Shares of the difficulty levels per round, seed set and evolver (the paper's Figure 2). */
export const difficultyLevels = defineFigure<Options, DifficultyLevelsPrepared>({
  id: 'difficulty-levels',
  title: 'Difficulty levels',
  description:
    'Share of each difficulty level among the rows that the judge model was asked about; a reply without a level is a segment of its own.',
  drawing: 'levels',
  question: 'hard',
  options,
  columns: (chosen) => [columnOf(chosen)],
  prepare,
  table: levelsTable,
  reading: levelsReading,
  altText: levelsAltText,
  places: (all, prepared, { values, mix }) =>
    values === 'imported'
      ? null
      : levelPlaces(comparable(all, LEVEL, mix).data, prepared, {
          counter: (series) => ordinalCounter(series, LEVEL, prepared.levels.length),
        }),
  brushAxis: levelAxis,
  example: () => ({ data: exampleLevels(LEVEL, DEFAULT_LEVELS), options: { paper: true } }),
})
