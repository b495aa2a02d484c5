import { z } from 'zod'
import { carriesValue } from '@/lib/contracts/status'
import { exampleData, exampleInfo, noise } from './shared/example'
import { levelPanels } from './shared/level-panels'
import {
  share,
  type DifficultyLevelsPrepared,
  type LevelFilter,
  type LevelMix,
} from './shared/levels'
import { levelsAltText, levelsTable } from './shared/levels-text'
import { amount, columnChoice, panelOptions } from './shared/options'
import { ascendingOf } from './shared/order'
import { comparable, isDrawable } from './shared/series'
import { count, list, percent, plural } from './shared/text'
import { defineFigure, type FigureConflict, type FigureData, type FigureSeries } from './types'

const NONE = 'none'
const LETTERS = ['A', 'B', 'C', 'D']
// Above every value that a figure draws.
const ABOVE_ALL = 1e300
const COLUMNS = {
  'ifd.strict': 'IFD',
  'ic_ifd.strict': 'IC-IFD',
  'instruction_words.with_input': 'Instruction words',
  'difficulty_score.score': 'Difficulty score',
}

function selectedBy(title: string, first: keyof typeof COLUMNS | typeof NONE) {
  const { [first as keyof typeof COLUMNS]: label, ...others } = COLUMNS
  const named =
    first === NONE ? { [NONE]: 'None', ...COLUMNS } : { [first]: label, ...others, [NONE]: 'None' }
  return columnChoice(
    { title, description: 'The column whose highest values make the selection, or none.' },
    ['scalar'],
    named,
  )
}

const options = z.object({
  first: selectedBy('First selection', 'ifd.strict'),
  second: selectedBy('Second selection', 'ic_ifd.strict'),
  third: selectedBy('Third selection', 'instruction_words.with_input'),
  fourth: selectedBy('Fourth selection', NONE),
  top: amount({
    title: 'Top share (%)',
    description:
      'Each selection holds this share of the rows of a cell that have a value, the highest ones.',
    default: 10,
    min: 1,
    max: 50,
    step: 1,
    inline: true,
  }),
  ...panelOptions,
})
type Options = z.infer<typeof options>

function columnsOf({ first, second, third, fourth }: Options): string[] {
  const chosen = [...new Set([first, second, third, fourth])].filter((id) => id !== NONE)
  // There must be something to select by.
  return chosen.length > 0 ? chosen : ['ifd.strict']
}

/** The lowest value of a selection and the highest one below it; null where the cell has no value. */
interface Edge {
  from: number
  below: number | null
}

function edgeOf(series: FigureSeries, column: string, top: number): Edge | null {
  const ascending = ascendingOf(series, column)
  const kept = Math.round((ascending.length * top) / 100)
  if (kept === 0) return null
  const from = ascending[ascending.length - kept] as number
  let at = ascending.length - kept
  while (at > 0 && ascending[at - 1] === from) at -= 1
  return { from, below: at > 0 ? (ascending[at - 1] as number) : null }
}

/** What one cell selects. */
interface Selected {
  edges: (Edge | null)[]
  /** Rows of each combination of selections; the place is a bit each. */
  counts: Float64Array
}

function selectedOf(series: FigureSeries, columns: readonly string[], top: number): Selected {
  const edges = columns.map((column) => edgeOf(series, column, top))
  const marks = new Uint8Array(series.n)
  columns.forEach((id, bit) => {
    const column = series.columns[id]
    const edge = edges[bit]
    if (!column || !edge) return
    for (let row = 0; row < series.n; row += 1) {
      const value = column.values[row * column.width] as number
      if (carriesValue(column.status[row] ?? 0) && isDrawable(value) && value >= edge.from)
        marks[row] = (marks[row] as number) | (1 << bit)
    }
  })
  const counts = new Float64Array(1 << columns.length)
  for (const mark of marks) counts[mark] = (counts[mark] as number) + 1
  return { edges, counts }
}

/** Returns the filter of the rows that exactly these selections have. */
function filterOf(columns: readonly string[], edges: Selected['edges'], mark: number): LevelFilter {
  const ranges = columns.flatMap((column, bit): NonNullable<LevelFilter['also']> => {
    const edge = edges[bit]
    if (!edge) return []
    return mark & (1 << bit)
      ? [{ column, min: edge.from, max: null }]
      : // Rows without a value are in no selection. Below the lowest value there is none.
        [
          {
            column,
            min: edge.below === null ? ABOVE_ALL : null,
            max: edge.below,
            missing: true,
          },
        ]
  })
  const [first, ...also] = ranges
  return first ? { ...first, also } : { column: null, min: null, max: null }
}

interface OverlapPrepared extends DifficultyLevelsPrepared {
  /** Rows in any selection, and in all of them. */
  sums: { any: number; all: number; names: string[] }
  /** Names of the combinations in full; the axis has room for letters. */
  combinations: string[]
}

function prepare(all: FigureData, chosen: Options): OverlapPrepared {
  const columns = columnsOf(chosen)
  const conflicts: FigureConflict[] = []
  let data = all
  for (const column of columns) {
    const found = comparable(data, column, chosen.mix)
    conflicts.push(...found.conflicts)
    data = found.data
  }
  const names = columns.map((id) => data.columns[id]?.shortLabel ?? id)
  const selected = new Map(
    data.series.map((one) => [one.key, selectedOf(one, columns, chosen.top)]),
  )
  const marks = Array.from({ length: (1 << columns.length) - 1 }, (_, i) => i + 1)
  const bits = (mark: number) => columns.flatMap((_, bit) => (mark & (1 << bit) ? [bit] : []))
  // Single selections first, then pairs, then more.
  const order = marks.toSorted((a, b) => bits(a).length - bits(b).length || a - b)
  const nameOf = (mark: number) => {
    const own = bits(mark).map((bit) => names[bit] ?? '')
    return own.length === 1 ? `${own[0] ?? ''} only` : list(own)
  }
  const countsOf = (key: string) =>
    selected.get(key)?.counts ?? new Float64Array(1 << columns.length)
  const anyOf = (counts: Float64Array) =>
    order.reduce((sum, mark) => sum + (counts[mark] as number), 0)
  const mixOf = (series: FigureSeries): LevelMix => {
    const counts = countsOf(series.key)
    const any = anyOf(counts)
    return {
      asked: any,
      levels: order.map((mark) => share(counts[mark] as number, any)),
      none: share(0, any),
      meanLevel: null,
    }
  }
  const sums = [...selected.values()].map(({ counts }) => counts)
  const lead = columns[0] ?? ''
  return {
    ...levelPanels(data, lead, {
      mixOf,
      filtersOf: (series) =>
        order.map((mark) => filterOf(columns, selected.get(series.key)?.edges ?? [], mark)),
    }),
    names: { one: 'In the selections by', each: 'combination of selections', none: '', legend: '' },
    levels: order.map((mark) =>
      bits(mark)
        .map((bit) => LETTERS[bit])
        .join(''),
    ),
    combinations: order.map(nameOf),
    hasNone: false,
    view: 'grouped',
    intervals: chosen.intervals,
    axis: chosen.axis,
    conflicts,
    notes: [
      `${names.map((name, bit) => `${LETTERS[bit] ?? ''}: ${name}`).join('; ')}. AB: in both, in no other.`,
      `Each selection is the highest ${chosen.top} % of a cell's rows with a value; rows equal to the last of them are in it, too. Shares are of the rows in any selection.`,
      ...(columns.length === 1
        ? ['Choose a second column: one selection overlaps with nothing.']
        : []),
    ],
    overlay: { shown: false, source: '', model: null, cells: 0 },
    sums: {
      any: sums.reduce((sum, counts) => sum + anyOf(counts), 0),
      all: sums.reduce((sum, counts) => sum + (counts.at(-1) as number), 0),
      names,
    },
  }
}

/** How far selections of rows by several measures have the same rows. */
export const subsetOverlap = defineFigure<Options, OverlapPrepared>({
  id: 'subset-overlap',
  title: 'Overlap of selections',
  description:
    'Which rows the top selections by several measures share: for every combination of selections the rows that exactly these have, per cell.',
  drawing: 'levels',
  question: 'worth',
  options,
  columns: columnsOf,
  prepare,
  table: (prepared) => levelsTable({ ...prepared, levels: prepared.combinations }),
  reading: ({ sums: { any, all, names } }) =>
    any === 0 || names.length < 2
      ? ''
      : `All of ${list(names)} select ${percent(all / any)} of the ${plural(any, 'row')} that any of them selects (${count(all)}).`,
  altText: (prepared) => levelsAltText({ ...prepared, levels: prepared.combinations }),
  example: () => ({
    data: exampleData(
      Object.entries(COLUMNS).map(([id, label], i) => ({
        info: exampleInfo(id, label),
        row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
          if (row.random.next() < 0.01) return 'no_response' as const
          out[0] = Math.round(100 * (10 + row.hardness + (0.5 + 0.4 * i) * noise(row))) / 100
        },
      })),
    ),
    options: {},
  }),
})
