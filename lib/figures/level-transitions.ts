import { z } from 'zod'
import type { PartnerFilter } from '@/lib/contracts/column-filter'
import { carriesValue } from '@/lib/contracts/status'
import { crossTable, orderedTrend, seedMoments, stuartMaxwell } from '@/lib/stats/levels'
import { formatP } from '@/lib/stats/no-value'
import { parentPairs, seedPairs, type PairsFound, type ValuePairs } from './shared/descent'
import { exampleLevels, withLineage } from './shared/example'
import { ALL, seedSetColumns } from './shared/groups'
import {
  countedCells,
  matrixAltText,
  type CellShows,
  type MatrixPanel,
  type MatrixPrepared,
} from './shared/matrix'
import { increment } from './shared/level-places'
import { choice, columnChoice, columnsOption, mixOption } from './shared/options'
import { armOf, armsOf, comparable, countAll, roundLabel, roundsOf } from './shared/series'
import { labelOf, plural, signed, unitless } from './shared/text'
import { groupKey } from './shared/tiles'
import {
  defineFigure,
  type FacetAxis,
  type FigureData,
  type FigureSeries,
  type RowPlaces,
  type TableCell,
} from './types'

const LEVEL = 'difficulty_level.level'
const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard']

const options = z.object({
  column: columnChoice(
    { title: 'Levels', description: 'A column of levels with an order.', inline: true },
    ['enum'],
    { [LEVEL]: 'Difficulty level' },
  ),
  pairs: choice(
    { parent: 'Parent to child', evolver: 'Evolver to evolver' },
    {
      title: 'Pairs',
      description:
        'Each row with the row it was evolved from, or the rows of two evolvers at the same seed.',
      inline: true,
    },
  ),
  cells: choice(
    { count: 'Counts', share: 'Shares' },
    {
      title: 'Cells',
      description: 'Numbers of pairs, or their shares of the line; the other one stands below.',
    },
  ),
  ...columnsOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

/** Rows of panels with what is paired in them. */
interface Side extends FacetAxis {
  /** Empty = the parents. */
  first: readonly FigureSeries[]
  /** Whose value is the earlier one. */
  of: PartnerFilter['of']
  second: readonly FigureSeries[]
}

function sidesOf(data: FigureData, { pairs }: Options): Side[] {
  const evolved = data.series.filter((one) => one.armKey !== null)
  const arms = [...new Set(evolved.toSorted((a, b) => a.colorIndex - b.colorIndex).map(armOf))]
  const at = (round: number, arm: string) =>
    evolved.filter((one) => one.round === round && one.armKey === arm)
  const nameOf = (key: string) => evolved.find((one) => one.armKey === key)?.armLabel ?? key
  return roundsOf({ ...data, series: evolved }).flatMap((round) =>
    arms.flatMap((arm, i): Side[] => {
      const second = at(round, arm)
      const place = `${round}/${arm}`
      if (pairs === 'parent')
        return [
          {
            key: place,
            label: `${roundLabel(round)}, ${nameOf(arm)}`,
            first: [],
            of: 'parent',
            second,
          },
        ]
      return arms.slice(i + 1).map((other) => ({
        key: `${place}/${other}`,
        label: `${roundLabel(round)}, ${nameOf(arm)} to ${nameOf(other)}`,
        first: second,
        of: { arm },
        second: at(round, other),
      }))
    }),
  )
}

const isLevelOf = (value: number, k: number) => Number.isInteger(value) && value >= 1 && value <= k

function levelled({ from, to, seeds }: ValuePairs, k: number) {
  const kept = new Int32Array(from.length)
  let n = 0
  for (let i = 0; i < from.length; i += 1)
    if (isLevelOf(from[i] as number, k) && isLevelOf(to[i] as number, k)) kept[n++] = i
  if (n === from.length) return { from, to, seeds, left: 0 }
  const pick = <T extends Float64Array | Uint32Array>(values: T, picked: T): T => {
    for (let i = 0; i < n; i += 1) picked[i] = values[kept[i] as number] as number
    return picked
  }
  return {
    from: pick(from, new Float64Array(n)),
    to: pick(to, new Float64Array(n)),
    seeds: pick(seeds, new Uint32Array(n)),
    left: from.length - n,
  }
}

function captionsOf(
  { from, to, seeds }: ReturnType<typeof levelled>,
  table: number[][],
  k: number,
): { texts: string[]; shift: number | null } {
  const moments = seedMoments(from, to, seeds, k)
  const trend = orderedTrend(table, moments)
  const margins = stuartMaxwell(table, moments)
  return {
    shift: trend.ok ? trend.meanShift : null,
    texts: [
      trend.ok
        ? `mean shift ${signed(trend.meanShift)} levels, trend z ${trend.z.toFixed(2)}, p ${formatP(trend.p)}`
        : 'no trend test: no pair changes its level',
      margins.ok
        ? `Stuart-Maxwell ${margins.chi2.toFixed(2)}, ${margins.df} df, p ${formatP(margins.p)}`
        : 'no Stuart-Maxwell test: both sides have the same levels',
    ],
  }
}

interface Drawn {
  panel: MatrixPanel
  /** One line a cell, and one for each level of the partner. */
  lines: Record<string, TableCell>[]
  sums: Record<string, TableCell>[]
  shift: number | null
  n: number
}

function draw(
  found: PairsFound,
  place: { side: Side; column: FacetAxis },
  {
    columnId,
    levels,
    word,
    shows,
  }: { columnId: string; levels: readonly string[]; word: string; shows: CellShows },
): Drawn | null {
  const k = levels.length
  const kept = levelled(found.pairs, k)
  const n = kept.from.length
  if (n === 0) return null
  const table = crossTable(kept.from, kept.to, k)
  const { texts, shift } = captionsOf(kept, table, k)
  const { side, column } = place
  const first = side.second[0]
  const sums = table.map((line) => line.reduce((sum, c) => sum + c, 0))
  const entries = levels.flatMap((from, i) => levels.map((to, j) => ({ from, to, i, j })))
  const shareOf = (i: number, j: number) => {
    const whole = sums[i] as number
    return whole === 0 ? 0 : (table[i]?.[j] ?? 0) / whole
  }
  const unpaired = found.unpaired + kept.left
  return {
    shift,
    n,
    panel: {
      row: side.key,
      column: column.key,
      across: [...levels],
      down: [...levels],
      cells: countedCells(table.flat(), k, shows),
      opens: {
        column: columnId,
        min: null,
        max: null,
        seedSetKey: column.key === ALL ? null : column.key,
        armKey: first ? armOf(first) : null,
        round: first?.round ?? null,
        partner: { of: side.of, column: columnId, min: null, max: null },
      },
      captions: [
        `n ${plural(n, 'pair')}${unpaired > 0 ? `, ${plural(unpaired, 'row')} without a level of the ${word}` : ''}`,
        ...texts,
      ],
    },
    sums: levels.map((from, i) => ({
      seedSet: column.label,
      group: side.label,
      from,
      n: sums[i] ?? 0,
      ...Object.fromEntries(levels.map((_, j) => [`to${j + 1}`, table[i]?.[j] ?? 0])),
      tests: texts.join('; '),
    })),
    lines: entries.map(({ from, to, i, j }) => ({
      seedSet: column.label,
      group: side.label,
      from,
      to,
      n: table[i]?.[j] ?? 0,
      share: 100 * shareOf(i, j),
      ofAll: (100 * (table[i]?.[j] ?? 0)) / n,
    })),
  }
}

const DRAWN_COLUMNS = [
  ...unitless({ seedSet: 'Seed set', group: 'Pairs of', from: 'From', to: 'To', n: 'Pairs' }),
  { key: 'share', label: 'Share of those from it', unit: '%' },
  { key: 'ofAll', label: 'Share of all pairs', unit: '%' },
]

function readingOf(drawn: readonly Drawn[], rows: readonly FacetAxis[], columns: FacetAxis[]) {
  const shifted = drawn.filter(({ shift }) => shift !== null)
  const most = shifted.toSorted((a, b) => Math.abs(b.shift ?? 0) - Math.abs(a.shift ?? 0))[0]
  if (!most) return ''
  const { row, column } = most.panel
  return `The largest mean shift is that of ${labelOf(columns, column)}, ${labelOf(rows, row)}: ${signed(most.shift ?? 0)} levels over ${plural(most.n, 'pair')}.`
}

interface TransitionsPrepared extends MatrixPrepared {
  /** One line for each pair of levels. */
  moves: Record<string, TableCell>[]
}

function prepare(all: FigureData, chosen: Options): TransitionsPrepared {
  const { column, pairs, cells } = chosen
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const levels = data.columns[column]?.levels ?? LEVELS
  const sides = sidesOf(data, chosen)
  const columns = seedSetColumns(data, chosen.columns === ALL)
  const word = pairs === 'parent' ? 'parent' : 'other evolver'
  let otherDefinition = 0
  const drawn = sides.flatMap((side) =>
    columns.flatMap((at) => {
      const inside = (one: FigureSeries) => at.key === ALL || one.seedSetKey === at.key
      const second = side.second.filter(inside)
      const found =
        pairs === 'parent'
          ? parentPairs(second, column)
          : seedPairs(side.first.filter(inside), second, column)
      otherDefinition += found.otherDefinition
      return (
        draw(found, { side, column: at }, { columnId: column, levels, word, shows: cells }) ?? []
      )
    }),
  )
  const rows = sides
    .filter(({ key }) => drawn.some(({ panel }) => panel.row === key))
    .map(({ key, label }) => ({ key, label }))
  const isCut = pairs === 'evolver' && data.series.some(({ n, cellRows }) => n < cellRows)
  return {
    rows,
    columns,
    panels: drawn.map(({ panel }) => panel),
    xLabel: pairs === 'parent' ? 'Level of the child' : 'Level with the second evolver',
    yLabel: pairs === 'parent' ? 'Level of the parent' : 'Level with the first evolver',
    isNumbered: true,
    shows: cells,
    toneText: 'Darker: a larger share of the line',
    reading: readingOf(drawn, rows, columns),
    table: {
      columns: [
        ...unitless({ seedSet: 'Seed set', group: 'Pairs of', from: 'From', n: 'Pairs' }),
        ...levels.map((level, j) => ({ key: `to${j + 1}`, label: `To ${level}`, unit: '' })),
        { key: 'tests', label: 'Tests of the whole table', unit: '' },
      ],
      rows: drawn.flatMap((one) => one.sums),
      selections: drawn.flatMap(({ panel }) =>
        levels.map((_, i) => {
          const { opens } = panel
          const at = { min: i + 1, max: i + 1 }
          return opens?.partner
            ? { ...opens, column: null, partner: { ...opens.partner, ...at } }
            : null
        }),
      ),
    },
    moves: drawn.flatMap((one) => one.lines),
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [
      ...(drawn.length === 0 && counts.some(({ valued }) => valued > 0)
        ? [`No row has a level together with the ${word}'s.`]
        : []),
      ...(otherDefinition > 0
        ? [
            `${plural(otherDefinition, 'cell')} whose parents were measured by another definition: left out.`,
          ]
        : []),
      ...(drawn.length > 0
        ? [
            'In both tests the rows of a seed count as one unit. A cell opens the rows of the later level whose partner has the earlier one.',
            ...(isCut
              ? [
                  'Under this filter a cell may open more rows than it counts: those whose partner the filter leaves out.',
                ]
              : []),
          ]
        : []),
    ],
  }
}

/** Where rows are counted with the level of their parent. Pairs of evolvers are in the range with both of their rows, so they have no single place. */
function placesOf(
  all: FigureData,
  { panels }: TransitionsPrepared,
  { column, pairs, mix }: Options,
): RowPlaces | null {
  const k = panels[0]?.across.length ?? 0
  if (pairs !== 'parent' || k === 0) return null
  const { data } = comparable(all, column, mix)
  return {
    groups: panels.map((panel) => groupKey(panel.row, panel.column, '')),
    perGroup: k * k,
    edges: [],
    of(series) {
      const own = series.columns[column]
      const parent = series.lineage?.parents[column]
      const panel = panels.findIndex(
        (one) =>
          one.row === `${series.round}/${armOf(series)}` &&
          (one.column === ALL || one.column === series.seedSetKey),
      )
      if (panel < 0 || !own || !data.series.includes(series)) return null
      if (parent?.definitionHash !== own.definitionHash) return null
      const level = (status: number | undefined, value: number | undefined) =>
        carriesValue(status ?? 0) && isLevelOf(value ?? 0, k) ? (value ?? 0) : 0
      return (row, counts) => {
        const to = level(own.status[row], own.values[row * own.width])
        const from = level(parent.status[row], parent.values[row])
        if (to === 0 || from === 0) return
        increment(counts, panel * k * k + (from - 1) * k + to - 1)
      }
    },
  }
}

/** How the levels of rows change from parent to child, or from evolver to evolver. */
export const levelTransitions = defineFigure<Options, TransitionsPrepared>({
  id: 'level-transitions',
  title: 'Level transitions',
  description:
    'How many rows go from which level of their parent to which level of their own, or from one evolver to another at the same seed, with tests by seed.',
  drawing: 'matrix',
  question: 'hard',
  options,
  columns: ({ column }) => [column],
  needsLineage: () => true,
  prepare,
  places: placesOf,
  table: ({ table }) => table,
  drawn: ({ moves }) => ({ columns: DRAWN_COLUMNS, rows: moves }),
  // Both tables are sent beside it, or when they are asked for.
  sent: (prepared) => ({ ...prepared, table: { columns: [], rows: [] }, moves: [] }),
  reading: ({ reading }) => reading,
  altText: matrixAltText,
  example: () => ({ data: withLineage(exampleLevels(LEVEL, LEVELS)), options: {} }),
})
