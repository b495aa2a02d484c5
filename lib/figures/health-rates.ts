import { z } from 'zod'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import { exampleData, exampleInfo } from './shared/example'
import { ALL, isPartial, rowsWith, seedSetColumns } from './shared/groups'
import { increment, levelPlaces } from './shared/level-places'
import {
  levelSelection,
  share,
  wasAsked,
  type DifficultyLevelsPrepared,
  type LevelBars,
  type LevelFilter,
  type LevelPanel,
} from './shared/levels'
import { choice, heightsOption, panelOptions } from './shared/options'
import {
  armOf,
  armsOf,
  comparable,
  countAll,
  roundLabel,
  roundsOf,
  seedSetsOf,
} from './shared/series'
import { count, labelOf, list, percent, plural, reasonTexts, unitless } from './shared/text'
import {
  defineFigure,
  type FigureData,
  type FigureSeries,
  type FigureTable,
  type SeriesColumn,
} from './types'

/** Columns of the flags, with the names that the choice shows; the first says whether a row has any. */
const FLAGS = {
  flagged: 'Any flag',
  empty: 'Empty',
  copy_exact: 'Copy',
  copy_near: 'Near copy',
  answered: 'Answered',
  refusal: 'Refusal',
  leaked_template: 'Leaked template',
  language_switch: 'Language switch',
  truncated: 'Truncated',
  over_long: 'Over-long',
  over_budget: 'Over budget',
  stale_input: 'Stale input',
}
type Flag = keyof typeof FLAGS
const KEYS = Object.keys(FLAGS) as Flag[]
const YES = 2

const columnOf = (flag: Flag) => `health.${flag}`

const options = z.object({
  by: choice(
    { flag: 'Flags', operator: 'Operators', seedSet: 'Seed sets' },
    {
      title: 'Bars',
      description: 'One bar for each flag, or one flag by operator or by seed set.',
      inline: true,
    },
  ),
  flag: choice(FLAGS, {
    title: 'Flag',
    description: 'The flag that is shown by operator or by seed set.',
    inline: true,
  }),
  ...heightsOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

/** What one bar counts: a flag in the rows of a seed set, of an operator, or in all. */
interface Group {
  label: string
  flag: Flag
  seedSet: string | null
  operator: string | null
}

/** Rows behind one bar. */
interface Tally {
  flagged: number
  valued: number
  missing: Record<string, number>
}

/** What the health figure draws, with the rows behind each bar. */
export interface HealthRatesPrepared extends DifficultyLevelsPrepared {
  tallies: { row: string; arm: string; groups: Tally[] }[]
}

function groupsOf(data: FigureData, { by, flag }: Options): Group[] {
  const one = { flag, seedSet: null, operator: null }
  if (by === 'seedSet') {
    return seedSetsOf(data).map(({ key, label }) => ({ ...one, label, seedSet: key }))
  }
  if (by === 'operator') {
    const names = new Set(data.series.flatMap(({ operators }) => operators?.names ?? []))
    return [...names].map((name) => ({ ...one, label: name, operator: name }))
  }
  return KEYS.map((key) => ({ ...one, flag: key, label: FLAGS[key] }))
}

/** Counts the rows of a column by status, and those of them that are flagged; with an operator only its rows. */
function countCodes(
  { values, status }: Pick<SeriesColumn, 'values' | 'status'>,
  operator: { codes: Uint8Array | undefined; place: number } | null,
  { all, yes }: { all: Uint32Array; yes: Uint32Array },
): void {
  const n = status.length
  for (let row = 0; row < n; row += 1) {
    if (operator && operator.codes?.[row] !== operator.place) continue
    const code = status[row] as number
    all[code] = (all[code] as number) + 1
    if (values[row] === YES) yes[code] = (yes[code] as number) + 1
  }
}

function tallyOf(members: readonly FigureSeries[], { flag, seedSet, operator }: Group): Tally {
  const tally: Tally = { flagged: 0, valued: 0, missing: {} }
  for (const series of members) {
    const column = series.columns[columnOf(flag)]
    if (!column || (seedSet !== null && series.seedSetKey !== seedSet)) continue
    const { codes, names = [] } = series.operators ?? {}
    const place = operator === null ? -1 : names.indexOf(operator)
    if (operator !== null && place < 0) continue
    const all = new Uint32Array(256)
    const yes = new Uint32Array(256)
    countCodes(column, place < 0 ? null : { codes, place }, { all, yes })
    for (const [code, n] of all.entries()) {
      if (n === 0 || !wasAsked(code)) continue
      if (carriesValue(code)) {
        tally.valued += n
        tally.flagged += yes[code] as number
      } else {
        const { name } = statusOf(code)
        tally.missing[name] = (tally.missing[name] ?? 0) + n
      }
    }
  }
  return tally
}

function filterFor({ flag, seedSet, operator }: Group): LevelFilter {
  return {
    column: columnOf(flag),
    min: YES,
    max: YES,
    seedSetKey: seedSet,
    ...(operator === null ? {} : { operators: [operator] }),
  }
}

function notesOf(data: FigureData, { by }: Options, tallies: HealthRatesPrepared['tallies']) {
  if (by === 'flag') return ['A row may have several flags. Shares are of rows with a value.']
  if (by === 'seedSet') return []
  const known = tallies.flatMap(({ groups }) => groups)
  const counted = known.reduce(
    (sum, { valued, missing }) => sum + valued + Object.values(missing).reduce((a, b) => a + b, 0),
    0,
  )
  const rows = data.series.reduce((sum, { n }) => sum + n, 0)
  return counted < rows
    ? [`${plural(rows - counted, 'row')} without a known operator or not computed yet: left out.`]
    : []
}

function prepare(all: FigureData, chosen: Options): HealthRatesPrepared {
  const leading = columnOf('flagged')
  const { data, conflicts } = comparable(all, leading, chosen.mix)
  const counts = countAll(data, leading)
  const groups = groupsOf(data, chosen)
  const arms = armsOf(data, counts)
  const tallies: HealthRatesPrepared['tallies'] = []
  const panels = roundsOf(data).map((round): LevelPanel => {
    const row = String(round)
    const bars = arms.flatMap(({ key }): LevelBars[] => {
      const members = data.series.filter((one) => armOf(one) === key && one.round === round)
      if (members.length === 0) return []
      const own = groups.map((group) => tallyOf(members, group))
      tallies.push({ row, arm: key, groups: own })
      const isPart = members.some((one) =>
        isPartial(counts.find(({ seriesKey }) => seriesKey === one.key)),
      )
      return [
        {
          arm: key,
          mix: {
            asked: Math.max(0, ...own.map(({ valued }) => valued)),
            levels: own.map(({ flagged, valued }) => ({ ...share(flagged, valued), of: valued })),
            none: share(0, 0),
            meanLevel: null,
          },
          partial: isPart,
          model: null,
          published: null,
        },
      ]
    })
    return { row, column: ALL, bars, differences: [] }
  })
  const drawn = panels.filter(({ bars }) => bars.some(({ mix }) => mix.asked > 0))
  const rows = roundsOf(data).map((round) => ({ key: String(round), label: roundLabel(round) }))
  const [one, each] =
    chosen.by === 'flag'
      ? ['Flag', 'flag of evolution health']
      : [
          chosen.by === 'operator' ? 'Operator' : 'Seed set',
          `${chosen.by === 'operator' ? 'operator' : 'seed set'} with the flag "${FLAGS[chosen.flag].toLowerCase()}"`,
        ]
  return {
    rows: rowsWith(
      rows,
      drawn.map(({ row }) => row),
    ),
    columns: seedSetColumns(data, true),
    column: leading,
    names: { one, each, none: '', legend: '' },
    levels: groups.map(({ label }) => label),
    filters: groups.map(filterFor),
    hasNone: false,
    view: 'grouped',
    intervals: chosen.intervals,
    axis: chosen.axis,
    heights: chosen.heights,
    panels: drawn,
    tallies,
    arms,
    counts,
    conflicts,
    notes: notesOf(data, chosen, tallies),
    overlay: { shown: false, source: '', model: null, cells: 0 },
  }
}

/** One line a bar: evolver, round, what it counts, and its rows. */
function linesOf(prepared: HealthRatesPrepared) {
  return prepared.panels.flatMap((panel) =>
    panel.bars.flatMap(({ arm, mix }) => {
      const found = prepared.tallies.find((one) => one.row === panel.row && one.arm === arm)
      return mix.levels.map((level, place) => {
        const tally = found?.groups[place] ?? { flagged: 0, valued: 0, missing: {} }
        return { panel, arm, place, level, tally }
      })
    }),
  )
}

function table(prepared: HealthRatesPrepared): FigureTable {
  const lines = linesOf(prepared)
  return {
    columns: [
      ...unitless({
        round: 'Round',
        arm: 'Evolver',
        group: prepared.names.one,
        rows: 'Rows flagged',
        n: 'Rows with a value',
      }),
      { key: 'percent', label: 'Share', unit: '%' },
      { key: 'low', label: 'From', unit: '%' },
      { key: 'high', label: 'To', unit: '%' },
      { key: 'missing', label: 'Rows without a value', unit: '' },
      { key: 'reasons', label: 'Reasons', unit: '' },
    ],
    rows: lines.map(({ panel, arm, place, level, tally }) => {
      const { flagged, valued, missing } = tally
      return {
        round: Number(panel.row),
        arm: labelOf(prepared.arms, arm),
        group: prepared.levels[place] ?? '',
        rows: valued > 0 ? flagged : null,
        n: valued,
        percent: valued > 0 ? level.percent : null,
        low: valued > 0 ? level.low : null,
        high: valued > 0 ? level.high : null,
        missing: Object.values(missing).reduce((sum, n) => sum + n, 0),
        reasons: reasonTexts(missing).join('; '),
      }
    }),
    selections: lines.map(({ panel, arm, place }) => levelSelection(prepared, panel, arm, place)),
  }
}

function reading(prepared: HealthRatesPrepared): string {
  const sums = prepared.levels.map((label, place) => {
    const own = prepared.tallies.map(({ groups }) => groups[place])
    const flagged = own.reduce((sum, tally) => sum + (tally?.flagged ?? 0), 0)
    const valued = own.reduce((sum, tally) => sum + (tally?.valued ?? 0), 0)
    return { label, flagged, valued, rate: valued === 0 ? 0 : flagged / valued }
  })
  const isAny = prepared.levels[0] === FLAGS.flagged
  const top = sums
    .slice(isAny ? 1 : 0)
    .filter(({ valued }) => valued > 0)
    .toSorted((a, b) => b.rate - a.rate)[0]
  if (!top) return ''
  const what = isAny
    ? 'The most frequent flag is'
    : `The highest share for each ${prepared.names.each} is that of`
  return `${what} "${top.label}": ${percent(top.rate)} of ${count(top.valued)} rows with a value.`
}

function altText(prepared: HealthRatesPrepared): string {
  const parts = prepared.panels.flatMap((panel) =>
    panel.bars.map(({ arm, mix }) => {
      const shares = mix.levels.flatMap((level, place) =>
        level.of === 0 ? [] : [`${prepared.levels[place] ?? ''} ${percent(level.percent / 100)}`],
      )
      return `${labelOf(prepared.rows, panel.row)}, ${labelOf(prepared.arms, arm)}: ${list(shares)}`
    }),
  )
  const what = `Bars of the share of rows for each ${prepared.names.each}.`
  return parts.length === 0 ? `${what} No row has one yet.` : `${what} ${parts.join('; ')}.`
}

/** Where rows are counted: flagged rows of each bar, then rows with a value of each. */
function placesOf(all: FigureData, prepared: HealthRatesPrepared, chosen: Options) {
  const { data } = comparable(all, columnOf('flagged'), chosen.mix)
  const groups = groupsOf(data, chosen)
  const size = groups.length + 1
  return levelPlaces(data, prepared, {
    hasOwnTotals: true,
    panelColumn: () => ALL,
    counter(series) {
      const { codes, names = [] } = series.operators ?? {}
      const bars = groups.flatMap(({ flag, seedSet, operator }, bar) => {
        const column = series.columns[columnOf(flag)]
        const isIn = seedSet === null || seedSet === series.seedSetKey
        const code = operator === null ? null : names.indexOf(operator)
        return column && isIn ? [{ column, bar, code }] : []
      })
      return (row, counts, start) => {
        for (const { column, bar, code } of bars) {
          if (!carriesValue(column.status[row] ?? 0)) continue
          if (code !== null && codes?.[row] !== code) continue
          increment(counts, start + size + bar)
          if (column.values[row] === YES) increment(counts, start + bar)
        }
      }
    },
  })
}

/** Shares of rows with each flag of evolution health, per round and evolver. */
export const healthRates = defineFigure<Options, HealthRatesPrepared>({
  id: 'health-rates',
  drawing: 'levels',
  question: 'healthy',
  title: 'Evolution health',
  description:
    'Share of evolved rows with each flag of evolution health per round and evolver, or one flag by operator or seed set, with Wilson intervals.',
  options,
  columns: ({ by, flag }) =>
    (by === 'flag' ? KEYS : [...new Set<Flag>(['flagged', flag])]).map(columnOf),
  needsOperators: ({ by }) => by === 'operator',
  prepare,
  table,
  reading,
  altText,
  places: placesOf,
  example: () => ({
    data: exampleData(
      KEYS.map((key, place) => ({
        info: exampleInfo(columnOf(key), FLAGS[key], { levels: ['no', 'yes'] }),
        evolvedOnly: true,
        row: ({ hardness, random, small }, out) => {
          if (key === 'answered' && random.next() < 0.1) return 'not_applicable'
          const rate = (small ? 0.16 : 0.08) / (1 + place / 3) + 0.01 * Math.max(0, hardness)
          out[0] = random.next() < (place === 0 ? 3 * rate : rate) ? YES : 1
        },
      })),
    ),
    options: {},
  }),
})
