import { z } from 'zod'
import type { StoredResult } from '@/lib/contracts/results'
import { publishedSource } from '@/lib/paper/published'
import { defineFigure, type FigureData } from '../types'
import type { LinePoint, LinesPrepared } from './lines'
import { choice, choiceOfResults, mixOption, ownAxisOption, paperOption, toggle } from './options'
import { repeatsOption } from './repeats'
import { exampleResults } from './example-results'
import { resultMarks, type ResultChoice, type ResultLayout } from './result-marks'
import {
  differenceMarks,
  markSelection,
  markText,
  pairsOf,
  resultMarksTable,
  resultsAltText,
  resultsReading,
  type ResultsShown,
} from './result-text'

/** Options that every figure of results has. */
export const resultOptions = {
  metric: choiceOfResults('metric', 'As many as fit', {
    title: 'Metric',
    description: 'One metric of one benchmark, or those of which most is known.',
    inline: true,
  }),
  ...paperOption('Adds the numbers of the paper as hollow marks'),
  ...repeatsOption,
  ...mixOption,
}

/** Choice of the student whose results are drawn. */
export const studentOption = {
  student: choiceOfResults('student', 'The one with most results', {
    title: 'Student',
    description: 'The trained model whose results are drawn.',
  }),
}

/** Choice of who wrote the responses. */
const writerOption = {
  writer: choiceOfResults('writer', 'The one with most results', {
    title: 'Response model',
    description: 'The model that wrote the responses the students were trained on.',
  }),
}

const lineOptions = {
  view: choice(
    { values: 'Values', difference: 'Difference' },
    {
      title: 'View',
      description:
        'The values themselves, or the first evolver minus the second with a line at zero.',
      inline: true,
    },
  ),
  ...resultOptions,
  ...writerOption,
  intervals: toggle({
    title: '95 % intervals',
    description:
      'Wilson where k of n is known, else from the stated standard error; of differences Newcombe, as if the two were independent.',
    default: true,
  }),
  ...ownAxisOption,
}

/** Lines of results, with what table and texts are made from. */
export type ResultLinesPrepared = LinesPrepared & ResultsShown

interface Places {
  /** Keys of the places, ascending. */
  keys: string[]
  names: string[]
  breaks?: number[]
  at?: number[]
}

interface ResultLines {
  id: string
  title: string
  description: string
  xLabel: string
  layout: ResultLayout
  /** Whether the results of one student are drawn. */
  ofStudent: boolean
  /** Orders and names the places. */
  places(keys: readonly string[], isLog: boolean): Places
  /** Tables of the published numbers. */
  tables: string
  /** Whether the axis can be logarithmic. */
  hasScale?: boolean
  example(): StoredResult[]
}

type Options = ResultChoice & {
  view: 'values' | 'difference'
  intervals: boolean
  axis: 'own' | 'shared'
  scale?: 'steps' | 'log'
}

const DIFFERENCE = 'difference'
const PAIRED =
  'Intervals of differences take the two as independent. Both answered the same items: compare two results on the Results page for the paired test.'

function prepareWith(figure: ResultLines, all: FigureData, chosen: Options): ResultLinesPrepared {
  const results = all.results ?? { own: [], arms: [], seedSets: [], exports: [] }
  const found = resultMarks(results, chosen, figure.layout)
  const places = figure.places(
    [...new Set(found.marks.map(({ place }) => place))],
    chosen.scale === 'log',
  )
  const isDifference = chosen.view === 'difference'
  const pair = pairsOf(found)
  const marks = found.marks.toSorted(
    (a, b) => places.keys.indexOf(a.place) - places.keys.indexOf(b.place),
  )
  const drawn = isDifference
    ? differenceMarks({ arms: found.arms, marks }).map((mark) => ({ ...mark, arm: DIFFERENCE }))
    : marks
  const arms =
    isDifference && pair
      ? [
          {
            key: DIFFERENCE,
            label: `${pair.first.label} minus ${pair.second.label}`,
            colorIndex: pair.first.colorIndex,
          },
        ]
      : found.arms
  const units = new Set(found.panels.map(({ unit }) => unit))
  const unit = units.size === 1 ? ([...units][0] ?? '') : ''
  const points = drawn.map((mark): LinePoint => ({
    facet: mark.panel,
    arm: mark.arm,
    round: places.keys.indexOf(mark.place),
    n: mark.n ?? 0,
    value: mark.value,
    low: mark.low,
    high: mark.high,
    published: mark.published,
    model: null,
    partial: false,
    detail: markText(mark),
    selection: markSelection(mark),
    ...(mark.repeat ? { isApart: true as const } : {}),
  }))
  const { paper } = publishedSource('scores')
  return {
    ...found,
    arms,
    marks: drawn,
    counted: 'results',
    notes: [
      ...found.notes,
      ...(isDifference && drawn.some(({ low }) => low !== null) ? [PAIRED] : []),
      ...(isDifference && !pair ? ['A difference needs the results of two evolvers.'] : []),
    ],
    facets: found.panels.map(({ key, label }) => ({ key, label })),
    rounds: places.keys.map((_, at) => at),
    points,
    column: '',
    measure: 'result',
    unit,
    direction: 'higher',
    statistic: 'mean',
    intervals: chosen.intervals,
    // Percentages and points of a reward have no common axis.
    axis: units.size > 1 ? 'own' : chosen.axis,
    overlay: { shown: chosen.paper, source: `${paper}, ${figure.tables}`, model: null, role: '' },
    places: {
      xLabel: figure.xLabel,
      yLabel: isDifference ? (unit === '%' ? 'Difference (points)' : 'Difference') : 'Result',
      names: places.names,
      breaks: places.breaks ?? [],
      zero: isDifference,
      ...(places.at ? { at: places.at } : {}),
    },
    placeLabel: figure.xLabel,
    placeNames: Object.fromEntries(places.keys.map((key, at) => [key, places.names[at] ?? key])),
    paperShown: chosen.paper,
  }
}

function reading(prepared: ResultLinesPrepared): string {
  if (!prepared.places?.zero) return resultsReading(prepared)
  const values = prepared.marks.flatMap(({ value, published }) => value ?? published ?? [])
  if (values.length === 0) return ''
  const up = values.filter((value) => value > 0).length
  return `${prepared.arms[0]?.label ?? 'The difference'}: above zero in ${up} of ${values.length}.`
}

/** Returns a figure that draws benchmark results as lines over places such as rounds or sizes of the student. */
export function resultLines(figure: ResultLines) {
  const options = z.object({
    ...lineOptions,
    ...(figure.ofStudent ? studentOption : {}),
    ...(figure.hasScale
      ? {
          scale: choice(
            { steps: 'Equal steps', log: 'Logarithmic' },
            { title: 'Axis of sizes', description: 'Equal steps as in the paper, or by size.' },
          ),
        }
      : {}),
  }) as unknown as z.ZodType<Options & Record<string, unknown>>
  return defineFigure<Options & Record<string, unknown>, ResultLinesPrepared>({
    id: figure.id,
    title: figure.title,
    description: figure.description,
    drawing: 'lines',
    question: 'gain',
    options,
    columns: () => [],
    needsResults: true,
    prepare: (data, chosen) => prepareWith(figure, data, chosen),
    table: resultMarksTable,
    reading,
    altText: resultsAltText,
    example: () => ({ data: exampleResults(figure.example()), options: {} }),
  })
}
