import { z } from 'zod'
import { exampleData, exampleInfo } from './shared/example'
import { levelPanels } from './shared/level-panels'
import { increment, levelPlaces } from './shared/level-places'
import { share, type DifficultyLevelsPrepared, type LevelMix } from './shared/levels'
import { levelsAltText, levelsTable } from './shared/levels-text'
import { choice, heightsOption, panelOptions } from './shared/options'
import { comparable } from './shared/series'
import { count, list, percent, plural } from './shared/text'
import { defineFigure, type FigureData, type FigureSeries } from './types'

// Every row has it without any run: it stands for the rows themselves.
const ROWS = 'instruction_characters.with_input'

const options = z.object({
  view: choice(
    { grouped: 'Grouped', stacked: 'Stacked' },
    {
      title: 'View',
      description: 'Bars side by side, or bars that add up to 100 %.',
      inline: true,
    },
  ),
  ...heightsOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

interface OperatorMixPrepared extends DifficultyLevelsPrepared {
  /** The most frequent operator and the rows that have one. */
  top: { name: string; share: number; rows: number } | null
}

function tally(series: FigureSeries, names: readonly string[]): Float64Array {
  const counts = new Float64Array(names.length)
  const places = (series.operators?.names ?? []).map((name) => names.indexOf(name))
  for (const code of series.operators?.codes ?? []) {
    const place = places[code]
    if (place !== undefined) counts[place] = (counts[place] as number) + 1
  }
  return counts
}

const sumOf = (counts: ArrayLike<number>) => Array.from(counts).reduce((sum, n) => sum + n, 0)

function prepare(all: FigureData, chosen: Options): OperatorMixPrepared {
  const evolved = { ...all, series: all.series.filter(({ armKey }) => armKey !== null) }
  const { data, conflicts } = comparable(evolved, ROWS, chosen.mix)
  const found = [...new Set(data.series.flatMap(({ operators }) => operators?.names ?? []))].sort()
  const tallies = new Map(data.series.map((one) => [one.key, tally(one, found)]))
  const mixOf = (series: FigureSeries): LevelMix => {
    const own = tallies.get(series.key) ?? []
    const asked = sumOf(own)
    return {
      asked,
      levels: Array.from(own, (n) => share(n, asked)),
      none: share(0, asked),
      meanLevel: null,
    }
  }
  const totals = found.map((_, place) =>
    [...tallies.values()].reduce((sum, own) => sum + (own[place] as number), 0),
  )
  const known = sumOf(totals)
  const rows = data.series.reduce((sum, { n }) => sum + n, 0)
  const most = totals.indexOf(Math.max(...totals))
  return {
    ...levelPanels(data, ROWS, { mixOf }),
    names: { one: 'Operator', each: 'operator', none: '', legend: '' },
    levels: found,
    filters: found.map((name) => ({ column: null, min: null, max: null, operators: [name] })),
    hasNone: false,
    view: chosen.view,
    intervals: chosen.intervals,
    axis: chosen.axis,
    heights: chosen.heights,
    conflicts,
    notes:
      known < rows
        ? [`${plural(rows - known, 'row')} without a known operator: left out of the shares.`]
        : [],
    overlay: { shown: false, source: '', model: null, cells: 0 },
    top:
      known === 0
        ? null
        : { name: found[most] ?? '', share: (totals[most] as number) / known, rows: known },
  }
}

/** Which operators evolved the rows of each round and evolver. */
export const operatorMix = defineFigure<Options, OperatorMixPrepared>({
  id: 'operator-mix',
  title: 'Mix of operators',
  description:
    'Share of each evolution operator among the rows of a cell whose operator is known, with Wilson intervals.',
  drawing: 'levels',
  question: 'source',
  options,
  columns: () => [ROWS],
  needsOperators: () => true,
  prepare,
  table: levelsTable,
  reading: ({ top, levels }) =>
    top === null
      ? ''
      : `The most frequent operator is "${top.name}": ${percent(top.share)} of ${count(top.rows)} rows with a known operator (${list(levels)}).`,
  altText: levelsAltText,
  places: (all, prepared, { mix }) =>
    levelPlaces(comparable(all, ROWS, mix).data, prepared, {
      counter(series) {
        const { codes = new Uint8Array(), names = [] } = series.operators ?? {}
        const places = names.map((name) => prepared.levels.indexOf(name))
        return (row, counts, start) => {
          const place = places[codes[row] as number]
          if (place === undefined) return
          increment(counts, start + place)
          increment(counts, start + prepared.levels.length + 1)
        }
      },
    }),
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(ROWS, 'Instruction characters', { unit: 'characters' }),
        row: ({ hardness }, out) => {
          out[0] = Math.round(90 + 20 * Math.max(-3, hardness))
        },
      },
    ]),
    options: {},
  }),
})
