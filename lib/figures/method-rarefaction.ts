import { z } from 'zod'
import { carriesValue } from '@/lib/contracts/status'
import { rarefaction, tagFrequencies, type RarefactionPoint } from '@/lib/stats/rarefaction'
import { exampleData, exampleInfo } from './shared/example'
import { isPartial } from './shared/groups'
import { pointSelection, type LinePoint, type LinesPrepared } from './shared/lines'
import { columnChoice, panelOptions } from './shared/options'
import {
  armOf,
  armsOf,
  comparable,
  countAll,
  roundLabel,
  roundsOf,
  seedSetsOf,
} from './shared/series'
import { count, coverageText, labelOf, list, short3, unitless } from './shared/text'
import { defineFigure, type FigureData, type FigureSeries, type FigureTable } from './types'

// Enough for a smooth curve whose marks can be told apart.
const STEPS = 12
// More would run into each other in a narrow panel.
const TICKS = 4

// The tags that Auto Evol-Instruct writes: the column `method_phrases` of its files.
const PHRASES = 'imported_column_0620481e8e09.value'

const options = z.object({
  column: columnChoice(
    { title: 'Column', description: 'A column of tags.', inline: true },
    ['tags'],
    { [PHRASES]: 'Methods of Auto Evol-Instruct' },
  ),
  ...panelOptions,
})
type Options = z.infer<typeof options>

/** The tags of one series: in how many rows each is, over the rows that have a value. */
function tagsOf(series: FigureSeries, column: string, of: readonly (readonly number[])[]) {
  const rowsOfTag = new Map<number, number>()
  const source = series.columns[column]
  let rows = 0
  for (let row = 0; source && row < series.n; row += 1) {
    const tags = of[source.values[row] as number]
    if (!carriesValue(source.status[row] ?? 0) || !tags) continue
    rows += 1
    for (const tag of new Set(tags)) rowsOfTag.set(tag, (rowsOfTag.get(tag) ?? 0) + 1)
  }
  return { frequencies: tagFrequencies(rowsOfTag.values()), rows }
}

/** Sizes at which all curves are drawn: even steps up to the longest, and the end of each. */
function sizesFor(totals: readonly number[]): number[] {
  const most = Math.max(0, ...totals)
  const steps = Array.from({ length: STEPS }, (_, n) => Math.ceil((most * (n + 1)) / STEPS))
  return [...new Set([...steps, ...totals])].filter((n) => n > 0).toSorted((a, b) => a - b)
}

interface RarefactionPrepared extends LinesPrepared {
  /** Numbers of rows by place; the first place is none. */
  sizes: number[]
}

function prepare(all: FigureData, { column, intervals, axis, mix }: Options): RarefactionPrepared {
  const { data, conflicts } = comparable(all, column, mix)
  const counts = countAll(data, column)
  const info = data.columns[column]
  const tags = data.series.map((series) => tagsOf(series, column, info?.words?.of ?? []))
  const drawn = sizesFor(tags.map(({ rows }) => rows))
  // Place 0 is that of the seeds in lines over rounds.
  const sizes = [0, ...drawn]
  const rounds = roundsOf(data)
  const points = data.series.flatMap((series, n): LinePoint[] => {
    const { frequencies, rows } = tags[n] ?? { frequencies: new Map<number, number>(), rows: 0 }
    const own = drawn.filter((size) => size <= rows)
    const point = (one: RarefactionPoint): LinePoint => ({
      facet: series.seedSetKey,
      ...(rounds.length > 1 ? { row: String(series.round) } : {}),
      arm: armOf(series),
      round: sizes.indexOf(one.rows),
      n: one.rows,
      value: one.expected,
      low: one.low,
      high: one.high,
      published: null,
      model: series.columns[column]?.model ?? null,
      partial: isPartial(counts.find(({ seriesKey }) => seriesKey === series.key)),
      selection: {
        column: null,
        min: null,
        max: null,
        seedSetKey: series.seedSetKey,
        armKey: armOf(series),
        round: series.round,
      },
    })
    return rarefaction(frequencies, rows, own).map(point)
  })
  const places = drawn.map((_, at) => at + 1)
  const last = places.length
  const ticks = Array.from({ length: TICKS }, (_, n) => Math.ceil((last * (n + 1)) / TICKS))
  return {
    sizes,
    facets: seedSetsOf(data),
    ...(rounds.length > 1
      ? {
          rows: rounds.map((round) => ({ key: String(round), label: roundLabel(round) })),
          rowName: 'Round',
        }
      : {}),
    rounds: places,
    points,
    column,
    measure: info?.label ?? 'tags',
    unit: '',
    direction: 'none',
    statistic: 'mean',
    intervals,
    axis,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [
      'Rows without a value are not counted. Intervals take the rows as a sample of many more (Colwell et al. 2012).',
    ],
    overlay: { shown: false, source: '', model: null, role: '' },
    places: {
      xLabel: 'Rows',
      yLabel: 'Distinct tags',
      names: sizes.map(count),
      breaks: [],
      zero: false,
      at: sizes,
      ticks: [...new Set(ticks)].filter((at) => at > 0),
    },
  }
}

function nameOf(prepared: RarefactionPrepared, { facet, row }: LinePoint): string {
  const round = prepared.rows ? [labelOf(prepared.rows, row ?? '').toLowerCase()] : []
  return [labelOf(prepared.facets, facet), ...round].join(', ')
}

/** The points of each curve, in order. */
function curves({ points }: RarefactionPrepared): LinePoint[][] {
  const found = new Map<string, LinePoint[]>()
  for (const point of points) {
    const key = JSON.stringify([point.facet, point.row, point.arm])
    found.set(key, [...(found.get(key) ?? []), point])
  }
  return [...found.values()]
}

function reading(prepared: RarefactionPrepared): string {
  const [first, second] = prepared.arms.filter(({ colorIndex }) => colorIndex !== null)
  const all = curves(prepared)
  for (const own of all.filter(([point]) => point?.arm === first?.key)) {
    const other = all.find(
      ([point]) =>
        point?.arm === second?.key && point?.facet === own[0]?.facet && point?.row === own[0]?.row,
    )
    const end = own.findLast(({ round }) => other?.some((one) => one.round === round))
    const same = other?.find(({ round }) => round === end?.round)
    if (!first || !second || !end || !same) continue
    return `${nameOf(prepared, end)}: ${count(end.n)} rows of ${first.label} have ${short3(end.value ?? 0)} distinct tags, as many of ${second.label} ${short3(same.value ?? 0)}.`
  }
  const end = all[0]?.at(-1)
  if (!end) return ''
  return `${nameOf(prepared, end)}: ${count(end.n)} rows of ${labelOf(prepared.arms, end.arm)} have ${short3(end.value ?? 0)} distinct tags.`
}

function altText(prepared: RarefactionPrepared): string {
  const ends = curves(prepared).flatMap((points) => {
    const end = points.at(-1)
    if (!end) return []
    return [
      `${nameOf(prepared, end)}, ${labelOf(prepared.arms, end.arm)}: ${short3(end.value ?? 0)} in ${count(end.n)} rows`,
    ]
  })
  const what = 'Curves of the expected number of distinct tags over the number of rows'
  return ends.length === 0
    ? `No tags yet. ${coverageText(prepared.counts)}.`
    : `${what}. Ends: ${list(ends)}. ${coverageText(prepared.counts)}.`
}

function table(prepared: RarefactionPrepared): FigureTable {
  return {
    columns: unitless({
      seedSet: 'Seed set',
      round: 'Round',
      arm: 'Evolver',
      rows: 'Rows',
      expected: 'Expected distinct tags',
      low: '95 % low',
      high: '95 % high',
    }),
    rows: prepared.points.map((point) => ({
      seedSet: labelOf(prepared.facets, point.facet),
      round: point.selection?.round ?? null,
      arm: labelOf(prepared.arms, point.arm),
      rows: point.n,
      expected: point.value,
      low: point.low,
      high: point.high,
    })),
    selections: prepared.points.map((point) => point.selection ?? pointSelection(point)),
  }
}

const EXAMPLE = 'imported_column_example.value'
const EXAMPLE_TAGS = 40

/** Distinct tags against rows: how many different ones as many rows of each evolver have. */
export const methodRarefaction = defineFigure<Options, RarefactionPrepared>({
  id: 'method-rarefaction',
  title: 'Distinct tags over rows',
  description:
    'Expected number of distinct tags, such as methods of evolving, in random rows of each evolver, exactly from the counts of each tag, with 95 % intervals.',
  drawing: 'lines',
  question: 'diverse',
  options,
  columns: ({ column }) => [column],
  prepare,
  table,
  reading,
  altText,
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(EXAMPLE, 'method_phrases', {
          words: {
            names: Array.from({ length: EXAMPLE_TAGS }, (_, n) => `method ${n + 1}`),
            of: [[], ...Array.from({ length: EXAMPLE_TAGS }, (_, n) => [n, Math.floor(n / 3)])],
          },
        }),
        evolvedOnly: true,
        row: ({ random, round, small }, out) => {
          const kinds = EXAMPLE_TAGS - (small ? 0 : 9) - 3 * round
          out[0] = 1 + Math.floor(kinds * random.next() ** 2)
        },
      },
    ]),
    options: { column: EXAMPLE },
  }),
})
