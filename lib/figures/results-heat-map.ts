import { z } from 'zod'
import { publishedSource } from '@/lib/paper/published'
import { exampleResults } from './shared/example-results'
import { exampleStudents } from './results-dumbbell'
import { matrixAltText, type MatrixCell, type MatrixPrepared } from './shared/matrix'
import { AUTO } from './shared/options'
import { resultOptions } from './shared/result-lines'
import { fitting } from './shared/result-limit'
import { resultMarks } from './shared/result-marks'
import {
  differenceMarks,
  markSelection,
  pairsOf,
  resultMarksTable,
  type ResultsShown,
} from './shared/result-text'
import { studentLayout, studentTables, studentTablesText } from './shared/student-tables'
import { list, number3, plural, signed } from './shared/text'
import { defineFigure, type FigureData, type FigureTable } from './types'

// The paper's largest table has fourteen; a folder of MMLU alone brings hundreds.
const MOST_METRICS = 24
// A sentence that names more students than the paper has is not read.
const MOST_NAMED = 8

const options = z.object({ ...resultOptions, ...studentTables })
type Options = z.infer<typeof options>

/** Differences as a matrix, with those that do not fit in a table. */
type Prepared = MatrixPrepared & { drawn: FigureTable }
const NO_TABLE: FigureTable = { columns: [], rows: [] }

function prepare(data: FigureData, chosen: Options): Prepared {
  const results = data.results ?? { own: [], arms: [], seedSets: [], exports: [] }
  const { student, ...rest } = chosen
  const choice = student === AUTO ? rest : { ...rest, student }
  const found = resultMarks(results, choice, studentLayout(chosen), MOST_METRICS)
  const pair = pairsOf(found)
  const all = differenceMarks(found)
  const { drawn: gaps, notes } = fitting(all, {
    as: 'cell',
    place: 'student',
    choose: ' Choose one with the option Student.',
  })
  const metrics = found.panels.filter(({ key }) => gaps.some(({ panel }) => panel === key))
  const students = [...new Set(gaps.map(({ place }) => place))].toSorted()
  const who = pair ? `${pair.first.label} minus ${pair.second.label}` : 'First minus second evolver'
  // Percentages and points of a reward have no common scale.
  const largest = new Map<string, number>()
  for (const { key, unit } of metrics) {
    const sizes = gaps.flatMap((gap) =>
      gap.panel === key ? [Math.abs(gap.value ?? gap.published ?? 0)] : [],
    )
    largest.set(unit, Math.max(largest.get(unit) ?? 0, ...sizes))
  }
  const gapAt = new Map(gaps.map((gap) => [`${gap.panel}\n${gap.place}`, gap]))
  const cells = metrics.flatMap(({ key, label, unit }) =>
    students.map((student): MatrixCell => {
      const gap = gapAt.get(`${key}\n${student}`)
      const value = gap?.value ?? gap?.published ?? null
      const where = `${label}, ${student}`
      if (!gap || value === null)
        return { text: '', sub: '', tone: null, read: `${where}: no pair`, selection: null }
      const { low, high, published } = gap
      const interval = low === null || high === null ? '' : `${number3(low)} to ${number3(high)}`
      const isOwn = gap.value !== null
      const paper = isOwn && published !== null ? `paper ${signed(published)}` : ''
      const more = [interval, paper, isOwn ? '' : 'published'].filter(Boolean)
      return {
        text: signed(value),
        sub: paper || interval,
        tone: value / (largest.get(unit) || 1),
        read: `${where}: ${signed(value)}${more.length > 0 ? ` (${more.join('; ')})` : ''}`,
        selection: markSelection(gap),
      }
    }),
  )
  const { paper } = publishedSource('scores')
  const source = `${paper}, ${studentTablesText(chosen)}`
  const hasPaper = gaps.some(({ published }) => published !== null)
  const shown: ResultsShown = {
    ...found,
    arms: [{ key: pair?.first.key ?? '', label: who, colorIndex: null }],
    marks: gaps,
    placeLabel: 'Student',
    placeNames: {},
    paperShown: chosen.paper,
  }
  const named = [...new Set(all.map(({ place }) => place))].toSorted()
  const trained = named.length > MOST_NAMED ? plural(named.length, 'student') : list(named)
  const values = all.flatMap(({ value, published }) => value ?? published ?? [])
  const up = values.filter((value) => value > 0).length
  const panel = {
    row: 'all',
    column: 'all',
    across: students,
    down: metrics.map(({ label }) => label),
    cells,
    captions: [],
  }
  return {
    counted: 'results',
    arms: found.arms,
    counts: found.counts,
    conflicts: found.conflicts,
    notes: [
      ...found.notes,
      ...notes,
      ...(pair ? [] : ['A difference needs the results of two evolvers.']),
      ...(chosen.paper && hasPaper ? [`Published: ${source}.`] : []),
    ],
    rows: [{ key: 'all', label: '' }],
    columns: [{ key: 'all', label: '' }],
    panels: cells.length > 0 ? [panel] : [],
    xLabel: 'Student',
    yLabel: 'Metric',
    toneText: `${who}; darker: a larger difference, hatched: below 0`,
    reading:
      values.length > 0
        ? `${who}: above zero in ${up} of ${plural(values.length, 'difference')} of ${trained}.`
        : '',
    table: resultMarksTable(shown),
    drawn: resultMarksTable({ ...shown, marks: all }),
  }
}

/** Differences of two evolvers by student and metric. */
export const resultsHeatMap = defineFigure<Options, Prepared>({
  id: 'results-heat-map',
  title: 'Differences by student and metric',
  description:
    'How far students trained on the data of the first evolver are ahead of those trained on the data of the second, one cell a student and metric.',
  drawing: 'matrix',
  question: 'gain',
  options,
  columns: () => [],
  needsResults: true,
  prepare,
  table: ({ table }) => table,
  drawn: ({ drawn }) => drawn,
  // Sent beside it, or asked for.
  sent: (prepared) => ({ ...prepared, table: NO_TABLE, drawn: NO_TABLE }),
  reading: ({ reading }) => reading,
  altText: matrixAltText,
  example: () => ({ data: exampleResults(exampleStudents()), options: {} }),
})
