import { z } from 'zod'
import type { StoredResult } from '@/lib/contracts/results'
import { publishedSource } from '@/lib/paper/published'
import { defineFigure, type FigureData, type FigureResults } from '../types'
import type { DotMark, DotsPrepared } from './dots'
import { exampleResults } from './example-results'
import { AUTO, choice, ownAxisOption } from './options'
import { fitting } from './result-limit'
import { resultMarks, type ResultChoice, type ResultLayout, type ResultMark } from './result-marks'
import { resultOptions } from './result-lines'
import {
  markSelection,
  markText,
  pairsOf,
  resultMarksTable,
  resultsAltText,
  resultsReading,
  type ResultsShown,
} from './result-text'

/** What dots of results are drawn from: one panel a metric, one line a place. */
export interface ResultDotsPrepared extends ResultsShown, DotsPrepared {
  panels: ResultsShown['panels']
  marks: (ResultMark & DotMark)[]
  placeNames: Record<string, string>
  /** All marks of the metrics that are drawn. */
  all: ResultMark[]
}

type More<S extends z.ZodRawShape> = z.infer<z.ZodObject<S>>

interface ResultDots<S extends z.ZodRawShape> {
  id: string
  title: string
  description: string
  placeLabel: string
  /** Options beside those of every figure of results. */
  more?: S
  /** Layout of the study's results. */
  layout(results: FigureResults, chosen: More<S>): ResultLayout
  /** Tables of the published numbers. */
  tables(chosen: More<S>): string
  example(): StoredResult[]
  exports?: FigureResults['exports']
}

type Options = ResultChoice &
  Record<string, unknown> & { order: 'difference' | 'name'; axis: 'own' | 'shared' }

const optionsOfDots = {
  ...resultOptions,
  ...ownAxisOption,
  order: choice(
    { difference: 'By difference', name: 'By name' },
    {
      title: 'Order',
      description: 'By how far the first evolver is ahead of the second, or by name.',
    },
  ),
}

function prepareWith<S extends z.ZodRawShape>(
  figure: ResultDots<S>,
  data: FigureData,
  chosen: Options & More<S>,
): ResultDotsPrepared {
  const results = data.results ?? { own: [], arms: [], seedSets: [], exports: [] }
  const { repeats, metric, paper, mix, student = AUTO } = chosen as ResultChoice
  const choice = { repeats, metric, paper, mix, ...(student === AUTO ? {} : { student }) }
  const found = resultMarks(results, choice, figure.layout(results, chosen))
  const fit = fitting(found.marks, {
    as: 'dot',
    place: figure.placeLabel.toLowerCase(),
    choose: figure.more && 'student' in figure.more ? ' Choose one with the option Student.' : '',
  })
  const gaps = new Map(
    (pairsOf(found)?.pairs ?? []).map(({ a, gap }) => [JSON.stringify([a.panel, a.place]), gap]),
  )
  const linesOf = (panel: string) => {
    const own = fit.drawn.filter((mark) => mark.panel === panel)
    const keys = [...new Set(own.map(({ place }) => place))].toSorted()
    // Lines without a difference stand last.
    const gapOf = (place: string) => gaps.get(JSON.stringify([panel, place])) ?? -Infinity
    if (chosen.order === 'name') return keys
    return keys.toSorted((a, b) => (gapOf(a) === gapOf(b) ? 0 : gapOf(b) - gapOf(a)))
  }
  const source = publishedSource('scores').paper
  return {
    ...found,
    notes: [...found.notes, ...fit.notes],
    all: found.marks,
    marks: fit.drawn.map((mark) => ({
      ...mark,
      detail: markText(mark),
      selection: markSelection(mark),
    })),
    counted: 'results',
    axis: chosen.axis,
    lines: Object.fromEntries(found.panels.map(({ key }) => [key, linesOf(key)])),
    overlay: { shown: paper, source: `${source}, ${figure.tables(chosen)}` },
    placeLabel: figure.placeLabel,
    placeNames: {},
    paperShown: paper,
  }
}

// Finer than a screen or a print shows.
const DRAWN_DIGITS = 6
const short = (value: number | null) =>
  value === null ? null : Number(value.toPrecision(DRAWN_DIGITS))

/** A mark without what only tables and texts are made of. */
function dotOf(mark: DotMark): DotMark {
  const { panel, arm, place, published, detail, selection } = mark
  const numbers = { value: short(mark.value), low: short(mark.low), high: short(mark.high) }
  return { panel, arm, place, ...numbers, published, detail, selection }
}

/** Returns a figure that draws benchmark results as dots: one panel a metric, one line a student or training set. */
export function resultDots<S extends z.ZodRawShape = Record<never, never>>(figure: ResultDots<S>) {
  const all = z.object({ ...optionsOfDots, ...figure.more })
  return defineFigure<Options & More<S>, ResultDotsPrepared>({
    id: figure.id,
    title: figure.title,
    description: figure.description,
    drawing: 'dots',
    question: 'gain',
    options: all as unknown as z.ZodType<Options & More<S>>,
    columns: () => [],
    needsResults: true,
    prepare: (data, chosen) => prepareWith(figure, data, chosen),
    table: resultMarksTable,
    drawn: (prepared) => resultMarksTable({ ...prepared, marks: prepared.all }),
    // The table says of which run each number is, and what it is of.
    sent: (prepared): DotsPrepared => {
      const sent = { ...prepared, all: [], marks: prepared.marks.map(dotOf) }
      return sent
    },
    reading: (prepared) => resultsReading({ ...prepared, marks: prepared.all }),
    altText: resultsAltText,
    example: () => ({ data: exampleResults(figure.example(), figure.exports), options: {} }),
  })
}
