import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { ALL, isPartial, seedSetColumns } from './shared/groups'
import {
  amount,
  axisOption,
  choice,
  chosenExport,
  columnsOption,
  exportChoice,
  mixOption,
  panelsOption,
  setChoice,
} from './shared/options'
import { countSets, degreeOf, type OverlapPrepared, type OverlapSet } from './shared/overlap'
import {
  allIntersections,
  overlapAltText,
  overlapReading,
  overlapTable,
} from './shared/overlap-text'
import { only, rowKey, rowsFor } from './shared/splits'
import { armOf, armsOf, comparable, countAll } from './shared/series'
import { count } from './shared/text'
import { defineFigure, type FigureConflict, type FigureData, type FigureSeries } from './types'

const NONE = 'none'
const COLUMNS = {
  'ifd.strict': 'IFD',
  'ic_ifd.strict': 'IC-IFD',
  'instruction_words.with_input': 'Instruction words',
  'difficulty_score.score': 'Difficulty score',
}
// An export of the example, so that the gallery draws one.
const EXAMPLE_EXPORT = 'example'

function set(title: string, first: keyof typeof COLUMNS | typeof NONE) {
  const { [first as keyof typeof COLUMNS]: label, ...others } = COLUMNS
  const named =
    first === NONE ? { [NONE]: 'None', ...COLUMNS } : { [first]: label, ...others, [NONE]: 'None' }
  const description =
    'The rows with the highest values of a column, the rows of a saved export, or none.'
  return setChoice({ title, description }, named)
}

const options = z.object({
  first: set('First set', 'ifd.strict'),
  second: set('Second set', 'ic_ifd.strict'),
  third: set('Third set', 'instruction_words.with_input'),
  fourth: set('Fourth set', NONE),
  fifth: set('Fifth set', NONE),
  sixth: set('Sixth set', NONE),
  top: amount({
    title: 'Top share (%)',
    description:
      "Each set of a column holds this share of a panel's rows that have a value, the highest ones.",
    default: 10,
    min: 1,
    max: 50,
    step: 1,
    inline: true,
  }),
  sort: choice(
    { size: 'Size', degree: 'Number of sets' },
    {
      title: 'Order',
      description: 'Largest intersections first, or those of one set first, then of two.',
      inline: true,
    },
  ),
  scale: choice(
    { count: 'Rows', share: 'Share' },
    { title: 'Bars', description: 'Rows, or their share of the rows in any of the sets.' },
  ),
  most: amount({
    title: 'Intersections',
    description: 'How many are drawn at most; the table sums up the others.',
    default: 20,
    min: 1,
    max: 63,
    step: 1,
  }),
  ...panelsOption,
  columns: columnsOption.columns.default(ALL),
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

function chosenSets(chosen: Options): string[] {
  const { first, second, third, fourth, fifth, sixth } = chosen
  return [...new Set([first, second, third, fourth, fifth, sixth])].filter((id) => id !== NONE)
}

function columnsOf(chosen: Options): string[] {
  const sets = chosenSets(chosen)
  // There must be something to select by.
  return sets.length > 0 ? sets.filter((id) => chosenExport(id) === null) : ['ifd.strict']
}

function setsOf(data: FigureData, chosen: Options): OverlapSet[] {
  const sets = chosenSets(chosen)
  return (sets.length > 0 ? sets : columnsOf(chosen)).map((value) => {
    const id = chosenExport(value)
    if (id === null) {
      const label = data.columns[value]?.shortLabel ?? value
      return { id: value, kind: 'column', label }
    }
    const name = data.exports?.find((one) => one.id === id)?.name ?? id
    return { id, kind: 'export', label: name }
  })
}

/** The series that may be compared under every column, with the rows that count as valued. */
function readable(all: FigureData, columns: readonly string[], mix: boolean) {
  const conflicts: FigureConflict[] = []
  let data = all
  for (const column of columns) {
    const found = comparable(data, column, mix)
    conflicts.push(...found.conflicts)
    data = found.data
  }
  const [lead] = columns
  const counts = countAll(data, lead ?? '')
  if (lead !== undefined) return { data, conflicts, counts }
  // Every row is in an export or is not: none is without a value.
  const whole = counts.map((entry) => ({
    ...entry,
    valued: entry.n,
    missing: {},
    done: entry.total,
  }))
  return { data, conflicts, counts: whole }
}

function notesOf(data: FigureData, sets: readonly OverlapSet[], { top, sort }: Options): string[] {
  const columns = sets.filter(({ kind }) => kind === 'column')
  const asked = sets.flatMap(({ id }) => data.exports?.filter((one) => one.id === id) ?? [])
  return [
    `Bars count the rows that are in exactly the sets whose dots are filled. All panels have one order: ${sort === 'size' ? '' : 'by the number of sets, then '}by rows in all of them together.`,
    ...(columns.length > 0
      ? [
          `${columns.map(({ label }) => label).join(', ')}: the highest ${top} % of a panel's rows with a value; rows equal to the last of them are in the set, too.`,
        ]
      : []),
    ...asked
      .filter(({ rows, written }) => rows !== written)
      .map(
        ({ name, rows, written }) =>
          `Export "${name}" was written with ${count(written)} rows; its filter keeps ${count(rows)} rows now, and these are the set.`,
      ),
    ...(sets.length < 2 ? ['Choose a second set: one set overlaps with nothing.'] : []),
  ]
}

function prepare(all: FigureData, chosen: Options): OverlapPrepared {
  const { data, conflicts, counts } = readable(all, columnsOf(chosen), chosen.mix)
  const sets = setsOf(data, chosen)
  const countOf = new Map(counts.map((entry) => [entry.seriesKey, entry]))
  const rows = rowsFor(data, chosen.rows)
  const columns = seedSetColumns(data, chosen.columns === ALL)
  const holds = (one: FigureSeries, row: string, column: string) =>
    rowKey(one, chosen.rows).key === row && (column === ALL || one.seedSetKey === column)
  const read = rows.flatMap(({ key: row }) =>
    columns.flatMap(({ key: column }) => {
      const members = data.series.filter((one) => holds(one, row, column))
      const found = countSets(members, sets, chosen.top)
      if (found.any === 0) return []
      const place = {
        row,
        column,
        arm: only(members.map(armOf)),
        seedSet: only(members.map((one) => one.seedSetKey)),
        round: only(members.map((one) => one.round)),
        partial: members.some(({ key }) => isPartial(countOf.get(key))),
      }
      return [{ ...found, ...place }]
    }),
  )
  const sum = (mark: number) => read.reduce((rowsOf, { byMark }) => rowsOf + (byMark[mark] ?? 0), 0)
  const marks = Array.from({ length: (1 << sets.length) - 1 }, (_, i) => i + 1)
    .filter((mark) => sum(mark) > 0)
    .toSorted(
      (a, b) =>
        (chosen.sort === 'degree' ? degreeOf(a) - degreeOf(b) : 0) || sum(b) - sum(a) || a - b,
    )
  const panels = read.map(({ byMark, ...panel }) => ({
    ...panel,
    counts: marks.map((mark) => byMark[mark] ?? 0),
  }))
  return {
    rows: rows.filter(({ key }) => panels.some((panel) => panel.row === key)),
    columns,
    sets,
    marks,
    most: Math.min(chosen.most, marks.length),
    scale: chosen.scale,
    axis: chosen.axis,
    panels,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: notesOf(data, sets, chosen),
  }
}

function exampleWithExport(): FigureData {
  const data = exampleData(
    Object.entries(COLUMNS).map(([id, label], i) => ({
      info: exampleInfo(id, label),
      row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
        if (row.random.next() < 0.01) return 'no_response' as const
        out[0] = Math.round(100 * (10 + row.hardness + (0.5 + 0.4 * i) * noise(row))) / 100
      },
    })),
  )
  // Every other of the hardest rows, as if they had been picked by hand.
  const series = data.series.map((one) => {
    const values = one.columns['difficulty_score.score']?.values
    const members = Uint8Array.from({ length: one.n }, (_, row) =>
      Number(row % 2 === 0 && (values?.[row] ?? 0) > 13),
    )
    return { ...one, members: { [EXAMPLE_EXPORT]: members } }
  })
  const rows = series
    .flatMap(({ members }) => [...members[EXAMPLE_EXPORT]])
    .reduce((sum, isIn) => sum + isIn, 0)
  return {
    ...data,
    series,
    exports: [{ id: EXAMPLE_EXPORT, name: 'picked', written: rows, rows }],
  }
}

/** How far sets of rows, selected by measures or saved as exports, have the same rows (UpSet). */
export const subsetOverlap = defineFigure<Options, OverlapPrepared>({
  id: 'subset-overlap',
  title: 'Overlap of selections',
  description:
    'Which rows two to six sets share (UpSet): the highest rows by several measures, and saved exports. Every intersection counts the rows in exactly these sets.',
  drawing: 'sets',
  question: 'worth',
  options,
  columns: columnsOf,
  exports: (chosen) => chosenSets(chosen).flatMap((value) => chosenExport(value) ?? []),
  prepare,
  table: overlapTable,
  drawn: allIntersections,
  reading: overlapReading,
  altText: overlapAltText,
  example: () => ({ data: exampleWithExport(), options: { fourth: exportChoice(EXAMPLE_EXPORT) } }),
})
