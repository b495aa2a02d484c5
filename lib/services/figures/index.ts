import type { Db } from '@/db/client'
import { hasWords, isCoded } from '@/lib/contracts/column-kinds'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ColumnInfo } from '@/lib/contracts/study'
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
import { getMeasured, listImported, listMetrics } from '@/lib/metrics'
import { listColumns } from '../columns'
import { loadFigureData, needsNoRun } from './data'
import { getStudy } from '../studies'

/** Returns the option and the choice under which a figure draws values that came with the study's files, if any. */
function importedChoice(
  columns: readonly ColumnInfo[],
  figure: Figure,
): { option: string; choice: string } | null {
  const isImported = (id: string) => listImported().some((metric) => getMeasured(id) === metric)
  const filled = new Set(
    columns
      .filter(({ fromMetric, runId }) => runId !== null && isImported(fromMetric))
      .map(({ id }) => id),
  )
  if (filled.size === 0) return null
  for (const { name, choices } of describeFor(columns, figure).options) {
    for (const { value } of choices) {
      const ids = figure.columns(parseFigureOptions(figure, { [name]: value }))
      if (ids.some((id) => filled.has(id))) return { option: name, choice: value }
    }
  }
  return null
}

/** Returns a figure as plain data with the columns of the study that users made (rubrics, chosen columns) among its choices. */
function describeFor(columns: readonly ColumnInfo[], figure: Figure): FigureMeta {
  const registered = new Set(listMetrics().map((metric) => metric.id))
  const own = columns.filter(({ metric, hidden }) => !registered.has(metric) && !hidden)
  const meta = describeFigure(figure)
  const options = meta.options.map((field) => {
    const { ownColumns } = field
    if (!ownColumns) return field
    const fits = ({ shape }: ColumnInfo) =>
      ownColumns === 'words' ? hasWords(shape) : shape !== 'vector' && !isCoded(shape)
    const added = own.filter(fits).map(({ id, label }) => ({ value: id, label }))
    return { ...field, choices: [...field.choices, ...added] }
  })
  return { ...meta, options }
}

/** Returns every figure in display order, with its options; figures without any computed column are not available. */
export function listStudyFigures(db: Db, studyId: string): FigureListItem[] {
  getStudy(db, studyId)
  const columns = listColumns(db, studyId, { all: true })
  return listFigures().map((figure) => {
    const wanted = figure.columns(parseFigureOptions(figure, {}))
    const found = columns.filter((column) => wanted.includes(column.id))
    const imported = importedChoice(columns, figure)
    return {
      ...describeFor(columns, figure),
      ...(imported ? { imported } : {}),
      available:
        imported !== null || found.some((column) => column.runId !== null || needsNoRun(column.id)),
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
  return [...cards.values()]
}

/** Returns what the browser shows of a figure prepared from data. */
function figureResult(
  figure: Figure,
  data: FigureData,
  options: Record<string, unknown>,
  now: number,
  columns: readonly ColumnInfo[] = [],
): FigureResult {
  const prepared = figure.prepare(data, options)
  return {
    figure: describeFor(columns, figure),
    options,
    prepared,
    table: figure.table(prepared),
    reading: figure.reading(prepared),
    altText: figure.altText(prepared),
    cards: cardsOf(data),
    preparedAt: now,
  }
}

/** Which figure, with which options, over which rows. */
export interface FigureRequest {
  figureId: string
  /** Options as they came; defaults are filled in. */
  options: unknown
  filter: RowFilter
}

async function load(db: Db, studyId: string, request: FigureRequest) {
  getStudy(db, studyId)
  const figure = getFigure(request.figureId)
  const options = parseFigureOptions(figure, request.options)
  const data = await loadFigureData(db, studyId, {
    columns: figure.columns(options),
    operators: figure.needsOperators?.(options) ?? false,
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
  const { figure, options, data } = await load(db, studyId, request)
  return figureResult(figure, data, options, Date.now(), listColumns(db, studyId))
}

/** Returns the values that a figure draws (bins, curves) as a table; `not_found` when its table holds them already. */
export async function getDrawnValues(
  db: Db,
  studyId: string,
  request: FigureRequest,
): Promise<FigureTable> {
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
  return figureResult(figure, example.data, options, 0)
}

/** Returns every figure drawn from its own example data. */
export function listExampleFigures(): { figure: FigureMeta; result: FigureResult }[] {
  return listFigures().map((figure) => ({
    figure: describeFigure(figure),
    result: getExampleFigure(figure.id),
  }))
}
