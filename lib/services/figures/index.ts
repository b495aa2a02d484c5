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
import { cachesOf } from '../columns/cache'
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
import { figureStamp } from './stamp'
import { APP_VERSION } from '../runs/definition'
import { listExported } from '../rows/exported'
import { pairRuns } from '../pairs/verdicts'
import { keptResults } from '../results/kept'
import { promptsOf } from '../prompts'
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
  const { results } = keptResults(db, studyId)
  const hasPairs = pairRuns(db, studyId).length > 0
  const exports = listExported(db, studyId)
  return listFigures().map((figure) => {
    const meta = describeWith(figure, valued, {}, { results, exports })
    const wanted = figure.columns(parseFigureOptions(figure, {}))
    const found = columns.filter((column) => wanted.includes(column.id))
    const imported = importedChoice(columns, figure, meta)
    const isThere = found.some((column) => column.runId !== null || needsNoRun(column.id))
    const sets = meta.options.find(({ setMeasures }) => setMeasures)
    const measured = new Set(sets ? columnsOfChoices(figure, sets) : [])
    return {
      ...meta,
      ...(imported ? { imported } : {}),
      available: figure.needsResults
        ? results.length > 0 || hasPairs
        : figure.needsPrompts === true ||
          imported !== null ||
          isThere ||
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
  const behind = data.formulas?.flatMap(({ runs }) => runs) ?? []
  for (const run of [...behind, ...(data.cases?.runs ?? [])]) cards.set(run.runId, run)
  return [...cards.values()]
}

// As many as tell the formulas of a study apart; the recipe of an export has the whole hash.
const HASH_DIGITS = 12

/** A figure prepared from data, with its texts. */
interface Shown extends Pick<FigureResult, 'prepared' | 'table' | 'reading' | 'altText' | 'cards'> {
  /** Rows behind it in words, for the citation. */
  basis: string
  columns: FigureData['columns']
}

/** Returns what is shown of a figure whatever else the study has. */
function show({ figure, data, options }: Loaded): Shown {
  const prepared = figure.prepare(data, options)
  const formulas = (data.formulas ?? []).map(
    ({ name, text, hash }) => `${name} = ${text} (formula ${hash.slice(0, HASH_DIGITS)})`,
  )
  return {
    prepared: figure.sent?.(prepared) ?? prepared,
    table: figure.table(prepared),
    reading: figure.reading(prepared),
    altText: figure.altText(prepared),
    cards: cardsOf(data),
    basis: [coverageText(prepared.counts), ...formulas].join('; '),
    columns: data.columns,
  }
}

/** Returns what the browser gets of a figure that was prepared, now or before. */
function figureResult(
  { basis, columns, ...shown }: Shown,
  meta: FigureMeta,
  options: Record<string, unknown>,
  source: { study: string; filter: RowFilter } | null,
): FigureResult {
  const labels = meta.options.flatMap(({ name, columns: shapes, default: preset }) =>
    shapes && preset === '' ? (columns[String(options[name])]?.label ?? []) : [],
  )
  const title = labels.length === 0 ? meta.title : `${meta.title} of ${labels.join(' and ')}`
  const study = source?.study ?? null
  const at = source === null ? null : Date.now()
  return {
    figure: { ...meta, title },
    options,
    ...shown,
    study,
    filter: source?.filter ?? {},
    citation: citationOf({
      kind: 'figure',
      title,
      study,
      basis,
      runs: shown.cards,
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

/** A figure with all that it is prepared from. */
interface Loaded {
  figure: Figure
  data: FigureData
  options: Record<string, unknown>
}

/** The figure and its options, checked, without its data. */
function asked(db: Db, studyId: string, request: FigureRequest) {
  const figure = getFigure(request.figureId)
  const options = parseFigureOptions(figure, request.options)
  checkColumns(db, studyId, figure, options)
  return { figure, options }
}

async function load(
  db: Db,
  studyId: string,
  { figure, options }: Omit<Loaded, 'data'>,
  filter: RowFilter,
): Promise<Loaded> {
  const columns = figure.columns(options)
  const seeds = figure.needsCases?.(options)
  if (seeds) {
    return { figure, options, data: await loadCases(db, studyId, { seeds, columns, filter }) }
  }
  if (figure.needsPrompts) {
    return { figure, options, data: { series: [], columns: {}, prompts: promptsOf(db, studyId) } }
  }
  const data = await loadFigureData(db, studyId, {
    columns,
    operators: figure.needsOperators?.(options) ?? false,
    results: figure.needsResults ?? false,
    exports: figure.exports?.(options) ?? [],
    lineage: figure.needsLineage?.(options) ?? false,
    filter,
  })
  return { figure, options, data }
}

/** Returns where a figure is kept once it is prepared, and what is kept there now. */
function keptAt(
  db: Db,
  studyId: string,
  { figure, options }: Omit<Loaded, 'data'>,
  filter: RowFilter,
  stamp: string,
) {
  // Figures of results or prompts alone are the same under every filter of rows.
  const readsRows =
    figure.columns(options).length > 0 ||
    figure.needsCases !== undefined ||
    (figure.exports?.(options) ?? []).length > 0
  const key = `figure/${studyId}/${figure.id}/${JSON.stringify([options, readsRows ? filter : null])}`
  return { key, shown: cachesOf(db).results.peek<Shown>(key, stamp) }
}

/** Returns what was sent of a figure before, as `Figure.sent` leaves it, or null where it has to be prepared first. */
export function keptPrepared(
  db: Db,
  studyId: string,
  asked: Omit<Loaded, 'data'>,
  filter: RowFilter,
  stamp: string,
): FigureResult['prepared'] | null {
  return keptAt(db, studyId, asked, filter, stamp).shown?.prepared ?? null
}

// Two bytes a character, and as much again for its objects.
const BYTES_A_CHARACTER = 4

/**
 * Returns a figure of a study: prepared data, table, texts and cards, as it was prepared before where nothing that it may
 * depend on has changed. Throws `not_found`, `invalid_input`.
 */
export async function getStudyFigure(
  db: Db,
  studyId: string,
  request: FigureRequest,
): Promise<FigureResult> {
  const { name } = getStudy(db, studyId)
  const { figure, options } = asked(db, studyId, request)
  const { filter } = request
  // Of before the data is read: what changes meanwhile is prepared again next time.
  const stamp = figureStamp(db, studyId, figure)
  const { key, ...kept } = keptAt(db, studyId, { figure, options }, filter, stamp)
  let { shown } = kept
  if (!shown) {
    shown = show(await load(db, studyId, { figure, options }, filter))
    const bytes = JSON.stringify(shown).length * BYTES_A_CHARACTER
    cachesOf(db).results.put(key, stamp, shown, bytes)
  }
  const { results } = figure.needsResults ? keptResults(db, studyId) : { results: [] }
  const meta = describeWith(figure, columnsWithValues(db, studyId), options, {
    results,
    exports: listExported(db, studyId),
  })
  return figureResult(shown, meta, options, { study: name, filter })
}

/** Returns the values that a figure draws (bins, curves) as a table; `not_found` when its table holds them already. */
export async function getDrawnValues(
  db: Db,
  studyId: string,
  request: FigureRequest,
): Promise<FigureTable> {
  getStudy(db, studyId)
  const { figure, options } = asked(db, studyId, request)
  if (!figure.drawn) {
    throw new AppError(
      'not_found',
      `${figure.title} has no values beyond its table. Export the table.`,
    )
  }
  const { data } = await load(db, studyId, { figure, options }, request.filter)
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
  const meta = describeWith(figure, columns, options, {
    results: example.data.results?.own ?? [],
    exports: example.data.exports ?? [],
  })
  return figureResult(show({ figure, data: example.data, options }), meta, options, null)
}

/** Returns every figure drawn from its own example data. */
export function listExampleFigures(): { figure: FigureMeta; result: FigureResult }[] {
  return listFigures().map((figure) => ({
    figure: describeFigure(figure),
    result: getExampleFigure(figure.id),
  }))
}
