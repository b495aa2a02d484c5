import type { Db } from '@/db/client'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ColumnInfo } from '@/lib/contracts/study'
import { citationOf } from '@/lib/contracts/citation'
import { unchosenColumn } from '@/lib/contracts/figure'
import { AppError } from '@/lib/errors'
import { describeFigure, getFigure, listFigures, parseFigureOptions } from '@/lib/figures'
import type {
  Figure,
  FigureCard,
  FigureData,
  FigureMeta,
  FigureResult,
  FigureTable,
  FigureListItem,
} from '@/lib/figures/types'
import { coverageText } from '@/lib/figures/shared/text'
import { getMeasured } from '@/lib/metrics'
import { listColumns } from '../columns'
import {
  checkColumns,
  columnsWithValues,
  describeWith,
  columnsOfChoices,
  needsNoRun,
  type ColumnChoice,
} from './columns'
import { loadCases } from './cases'
import { loadFigureData } from './data'
import { APP_VERSION } from '../runs/definition'
import { listResults } from '../results'
import { getStudy } from '../studies'

/** Returns the option and the choice under which a figure draws values that came with the study's files, if any. */
function importedChoice(
  columns: readonly ColumnInfo[],
  figure: Figure,
  meta: FigureMeta,
): { option: string; choice: string } | null {
  const filled = new Set(
    columns
      .filter(({ fromMetric, runId }) => runId !== null && getMeasured(fromMetric).isImported)
      .map(({ id }) => id),
  )
  if (filled.size === 0) return null
  for (const { name, choices } of meta.options) {
    for (const { value } of choices) {
      const ids = figure.columns(parseFigureOptions(figure, { [name]: value }))
      if (ids.some((id) => filled.has(id))) return { option: name, choice: value }
    }
  }
  return null
}

/** Returns every figure in display order, with its options; figures without any computed column are not available. */
export function listStudyFigures(db: Db, studyId: string): FigureListItem[] {
  getStudy(db, studyId)
  const columns = listColumns(db, studyId, { all: true })
  const valued = columnsWithValues(db, studyId)
  const { results } = listResults(db, studyId)
  return listFigures().map((figure) => {
    const meta = describeWith(figure, valued, {}, results)
    const wanted = figure.columns(parseFigureOptions(figure, {}))
    const found = columns.filter((column) => wanted.includes(column.id))
    const imported = importedChoice(columns, figure, meta)
    const isThere = found.some((column) => column.runId !== null || needsNoRun(column.id))
    const sets = meta.options.find(({ setMeasures }) => setMeasures)
    const measured = new Set(sets ? columnsOfChoices(figure, sets) : [])
    return {
      ...meta,
      ...(imported ? { imported } : {}),
      available:
        imported !== null ||
        isThere ||
        (figure.needsResults === true && results.length > 0) ||
        columns.some(({ id, runId }) => runId !== null && measured.has(id)) ||
        (unchosenColumn(meta, {})?.choices.length ?? 0) > 0,
      needs: [...new Set(found.map((column) => column.fromMetric))],
    }
  })
}

function cardsOf(data: FigureData): FigureCard[] {
  const cards = new Map<string, FigureCard>()
  for (const series of data.series) {
    for (const { runId, definitionHash, model } of Object.values(series.columns)) {
      if (runId !== null) cards.set(runId, { runId, definitionHash, model })
    }
  }
  for (const run of data.cases?.runs ?? []) cards.set(run.runId, run)
  return [...cards.values()]
}

/** A figure with all that it is prepared from. */
interface Loaded {
  figure: Figure
  data: FigureData
  options: Record<string, unknown>
}

/** Returns what the browser shows of a figure prepared from data. */
function figureResult(
  { figure, data, options }: Loaded,
  columns: readonly ColumnChoice[],
  source: { study: string; filter: RowFilter } | null,
): FigureResult {
  const prepared = figure.prepare(data, options)
  const meta = describeWith(figure, columns, options, data.results?.own)
  const drawn = unchosenColumn(meta, {})
  const label = drawn ? data.columns[String(options[drawn.name])]?.label : undefined
  const title = label === undefined ? meta.title : `${meta.title} of ${label}`
  const cards = cardsOf(data)
  const study = source?.study ?? null
  const at = source === null ? null : Date.now()
  return {
    figure: { ...meta, title },
    options,
    prepared: figure.sent?.(prepared) ?? prepared,
    table: figure.table(prepared),
    reading: figure.reading(prepared),
    altText: figure.altText(prepared),
    cards,
    study,
    filter: source?.filter ?? {},
    citation: citationOf({
      kind: 'figure',
      title,
      study,
      basis: coverageText(prepared.counts),
      runs: cards,
      version: APP_VERSION,
      at,
    }),
    version: APP_VERSION,
    preparedAt: at ?? 0,
  }
}

/** Which figure, with which options, over which rows. */
export interface FigureRequest {
  figureId: string
  /** Options as they came; defaults are filled in. */
  options: unknown
  filter: RowFilter
}

async function load(db: Db, studyId: string, request: FigureRequest): Promise<Loaded> {
  const figure = getFigure(request.figureId)
  const options = parseFigureOptions(figure, request.options)
  checkColumns(db, studyId, figure, options)
  const columns = figure.columns(options)
  const seeds = figure.needsCases?.(options)
  if (seeds) {
    const { filter } = request
    return { figure, options, data: await loadCases(db, studyId, { seeds, columns, filter }) }
  }
  const data = await loadFigureData(db, studyId, {
    columns,
    operators: figure.needsOperators?.(options) ?? false,
    results: figure.needsResults ?? false,
    filter: request.filter,
  })
  return { figure, options, data }
}

/** Returns a figure of a study: prepared data, table, texts and cards. Throws `not_found`, `invalid_input`. */
export async function getStudyFigure(
  db: Db,
  studyId: string,
  request: FigureRequest,
): Promise<FigureResult> {
  const { name } = getStudy(db, studyId)
  const loaded = await load(db, studyId, request)
  const source = { study: name, filter: request.filter }
  return figureResult(loaded, columnsWithValues(db, studyId), source)
}

/** Returns the values that a figure draws (bins, curves) as a table; `not_found` when its table holds them already. */
export async function getDrawnValues(
  db: Db,
  studyId: string,
  request: FigureRequest,
): Promise<FigureTable> {
  getStudy(db, studyId)
  const { figure, options, data } = await load(db, studyId, request)
  if (!figure.drawn) {
    throw new AppError(
      'not_found',
      `${figure.title} has no values beyond its table. Export the table.`,
    )
  }
  return figure.drawn(figure.prepare(data, options))
}

/** Returns a figure drawn from its own example data: the gallery's input. */
export function getExampleFigure(figureId: string, changed: unknown = {}): FigureResult {
  const figure = getFigure(figureId)
  const example = figure.example()
  const given = typeof changed === 'object' && changed !== null ? changed : {}
  const options = parseFigureOptions(figure, { ...example.options, ...given })
  const columns = Object.values(example.data.columns).map(
    ({ id, label, levels }): ColumnChoice => ({
      id,
      label,
      group: label,
      shape: levels ? 'enum' : 'scalar',
      hidden: false,
    }),
  )
  return figureResult({ figure, data: example.data, options }, columns, null)
}

/** Returns every figure drawn from its own example data. */
export function listExampleFigures(): { figure: FigureMeta; result: FigureResult }[] {
  return listFigures().map((figure) => ({
    figure: describeFigure(figure),
    result: getExampleFigure(figure.id),
  }))
}
