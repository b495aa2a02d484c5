import { z } from 'zod'
import { publishedReward, publishedSource } from '@/lib/paper/published'
import type { DotsPrepared } from './shared/dots'
import { exampleData, exampleInfo, noise } from './shared/example'
import { linePoints, resamplingNote } from './shared/line-points'
import {
  linesAltText,
  linesReading,
  linesTable,
  pointSelection,
  type LinesPrepared,
} from './shared/lines'
import {
  columnChoice,
  mixOption,
  ownAxisOption,
  paperOption,
  statisticOption,
} from './shared/options'
import { publishedPlace } from './shared/overlay'
import { armsOf, comparable, countAll, roundLabel, roundsOf, seedSetsOf } from './shared/series'
import { count, number3 } from './shared/text'
import { defineFigure, type FigureData } from './types'

const options = z.object({
  column: columnChoice(
    {
      title: 'Column',
      description: 'The column whose means are drawn: a reward, or any other that holds numbers.',
      inline: true,
    },
    ['scalar'],
  ),
  ...statisticOption,
  ...paperOption("Adds the paper's mean rewards (Table 14) as hollow marks"),
  ...ownAxisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

/** Dots of a column's means, with what table and texts are made from. */
export type RewardDotsPrepared = LinesPrepared & DotsPrepared

function prepare(all: FigureData, chosen: Options): RewardDotsPrepared {
  const { column, statistic } = chosen
  const isPaper = chosen.paper && statistic === 'mean'
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const rows = counts.reduce((sum, { valued }) => sum + valued, 0)
  const points = linePoints(data, counts, {
    column,
    statistic,
    rows,
    published: (series) => (isPaper ? publishedReward(publishedPlace(series)) : null),
  })
  const info = all.columns[column]
  const unit = info?.unit ?? ''
  const facets = seedSetsOf(data)
  const rounds = roundsOf(data)
  const { paper, source, model } = publishedSource('rewards')
  const overlay = { shown: isPaper, source: `${paper}, ${source}`, model, role: 'reward model' }
  const drawn = points.filter(({ value, published }) => value !== null || published !== null)
  const found = drawn.filter(({ published }) => published !== null).length
  return {
    facets,
    rounds,
    points,
    column,
    measure: info?.label ?? column,
    unit,
    direction: info?.direction ?? 'none',
    statistic,
    intervals: true,
    axis: chosen.axis,
    panels: facets.map((facet) => ({ ...facet, unit })),
    marks: drawn.map((point) => {
      const { facet, arm, round, value, low, high, published, n } = point
      const own = value === null ? 'no value' : number3(value)
      const interval = low === null || high === null ? '' : ` (${number3(low)}–${number3(high)})`
      const beside = published === null ? '' : `, paper ${number3(published)}`
      const detail = `${own}${interval}, n ${count(n)}${beside}`
      const place = { panel: facet, arm, place: String(round) }
      return { ...place, value, low, high, published, detail, selection: pointSelection(point) }
    }),
    lines: Object.fromEntries(
      facets.map(({ key }) => [
        key,
        rounds
          .filter((round) => drawn.some((point) => point.facet === key && point.round === round))
          .map(String),
      ]),
    ),
    placeNames: Object.fromEntries(rounds.map((round) => [String(round), roundLabel(round)])),
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [
      ...resamplingNote(rows, { statistic, intervals: true }),
      ...(chosen.paper && !isPaper ? ['The paper prints means only.'] : []),
      ...(isPaper && found > 0
        ? [
            `Published: mean rewards of ${model}. Rewards of another model are on another scale, and can be looked at beside these only.`,
          ]
        : []),
      ...(isPaper && found === 0
        ? ['The paper prints no mean reward of these seed sets, rounds and evolvers.']
        : []),
    ],
    overlay,
  }
}

/** Means of a reward, or of any other column, as dots. */
export const rewardDots = defineFigure<Options, RewardDotsPrepared>({
  id: 'reward-dots',
  title: 'Means by round',
  description:
    'Mean or median of one column, such as the score of a reward model, as dots with 95 % intervals: one line a round, one dot an evolver.',
  drawing: 'dots',
  question: 'worth',
  options,
  columns: ({ column }) => [column],
  prepare,
  table: linesTable,
  reading: linesReading,
  altText: linesAltText,
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo('imported_column_reward.value', 'Reward', { unit: 'points' }),
        row: (row, out) => {
          if (row.random.next() < 0.01) return 'no_response'
          out[0] = 1.1 + 0.25 * row.hardness - 0.1 * row.hardness ** 2 + 0.8 * noise(row)
        },
      },
    ]),
    options: { column: 'imported_column_reward.value' },
  }),
})
