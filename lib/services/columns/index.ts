import type { Db } from '@/db/client'
import { columnBytes, valueAt, type Column } from '@/lib/columns/column'
import { isCoded } from '@/lib/contracts/column-kinds'
import type { Formula } from '@/lib/contracts/formula'
import type { MetricValue } from '@/lib/contracts/rows'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import type { OutputSpec } from '@/lib/metrics/types'
import { cachesOf } from './cache'
import {
  describeColumns,
  describeNamed,
  fedBy,
  findSource,
  outputOf,
  parseColumnId,
  readsOf,
  requireSource,
  type ColumnSource,
} from './describe'
import { dictionaryOf, knownDictionary, type Dictionary } from './dictionary'
import { FormulaReader } from './formulas'
import { currentFormulas } from '../formulas/store'
import { readLater, readOutput, studyRuns, type RunKey, type StampedColumn } from './runs'
import { openTexts } from './texts'

/** The part of a cell that columns need; CellRef has it. */
export interface ColumnCell {
  no: number
  rowCount: number
}

/**
 * Returns the columns that the study's runs fill and those that need no run. With `all`, also those that could be
 * computed: their `runId` is null and their `fromMetric` is a measured metric.
 */
export function listColumns(
  db: Db,
  studyId: string,
  options: { all?: boolean } = {},
): ColumnInfo[] {
  const formulas = currentFormulas(db, studyId)
  return describeColumns(studyRuns(db, studyId), formulas, options.all ?? false)
}

/** Reads the columns of one study. Make one per request, so that the study's runs are looked up once. */
export interface ColumnReader {
  /** Returns a column of n = rowCount rows; rows without a value say why. Throws `not_found` for an unknown column or run. */
  read(columnId: string, cell: ColumnCell): Column
  /** Reads ahead what would otherwise block for long, giving way to other requests. */
  warm(columnId: string, cell: ColumnCell): Promise<void>
  /**
   * Returns what looks single rows up, words of the column in place of the numbers that stand for them; metrics of the
   * texts measure no other row for it.
   */
  valuesIn(columnId: string, cell: ColumnCell): (row: number) => MetricValue
  /** Returns the distinct values of a column; null where its numbers stand for nothing but themselves. */
  dictionary(columnId: string): Dictionary | null
  /** Returns the run that a column shows, or null when none feeds it. */
  runOf(columnId: string): RunKey | null
  /** Returns the runs whose values decide a column: the one that it shows, or those that a formula reads, each once. */
  runsBehind(columnId: string): RunKey[]
  /** Returns the source of a column; throws `not_found` for an unknown one. */
  sourceOf(columnId: string): ColumnSource
  runs: readonly RunKey[]
  formulas: readonly Formula[]
}

function runsFor(runs: readonly RunKey[], source: ColumnSource, runId: string | null): RunKey[] {
  const metric = fedBy(source)
  if (runId !== null) {
    const run = runs.find((candidate) => candidate.id === runId && candidate.metricId === metric)
    if (!run) throw new AppError('not_found', `This study has no run ${runId} for this column.`)
    return [run]
  }
  const shown = runs.find((candidate) => candidate.metricId === metric)
  // Runs of one definition extend each other.
  return shown
    ? runs.filter((run) => run.metricId === metric && run.definitionHash === shown.definitionHash)
    : []
}

function noRows(columnId: string): AppError {
  return new AppError(
    'invalid_input',
    `The values of ${columnId} are a pool: it is not known which row each belongs to. Figures draw them; rows cannot be chosen by them.`,
  )
}

/**
 * Returns a reader of the study's columns. Without a run id, a column shows its metric's pinned run, else the newest. Pools, whose values
 * belong to no known row, are read with `pools` alone, by who reads whole cells.
 */
export function columnReader(db: Db, studyId: string, { pools = false } = {}): ColumnReader {
  const runs = studyRuns(db, studyId)
  const formulas = currentFormulas(db, studyId)
  const sourceOf = (columnId: string) => {
    const source = requireSource(columnId, runs, formulas)
    if (!pools && outputOf(source).isPool) throw noRows(columnId)
    return source
  }
  const formulaReader = new FormulaReader(db, studyId, {
    stamped,
    words: (columnId) => dictionary(columnId)?.values ?? [],
    named: (columnId) => {
      const source = findSource(columnId, runs, formulas)
      return source && describeNamed(columnId, source)
    },
  })

  function measured(output: OutputSpec, chosen: RunKey[], cell: ColumnCell): StampedColumn {
    const { key, length, dtype } = output
    return readOutput(db, chosen, cell, { key, width: length ?? 1, dtype })
  }

  function stamped(columnId: string, cell: ColumnCell): StampedColumn {
    const source = sourceOf(columnId)
    const chosen = runsFor(runs, source, parseColumnId(columnId).runId)
    if (source.kind === 'formula') return formulaReader.read(source.stored, cell)
    if (source.kind === 'text') {
      const { read: whole, stamp } = openTexts(db, cell, source)
      return readLater(stamp, `${columnId}/${cell.no}/${stamp}`, whole)
    }
    if (source.kind === 'measured') return measured(outputOf(source), chosen, cell)
    const { metric, variant } = source
    const inputs = readsOf(metric).map(
      (output) => [output.key, measured(output, chosen, cell)] as const,
    )
    const stamp = inputs.map(([, input]) => input.stamp).join('/')
    const runKey = chosen.map((run) => run.no).join(',')
    const cacheKey = `derived/${metric.id}.${variant.key}/${runKey}/${cell.no}`
    return readLater(`${runKey}/${stamp}`, `${cacheKey}/${stamp}`, () =>
      cachesOf(db).columns.get(cacheKey, stamp, columnBytes, () => {
        const views = Object.fromEntries(inputs.map(([key, input]) => [key, input.column]))
        const derived = metric.derive(views, variant.key, cell.rowCount)
        const width = cell.rowCount > 0 ? derived.values.length / cell.rowCount : 1
        return { ...derived, width, n: cell.rowCount }
      }),
    )
  }

  const read = (columnId: string, cell: ColumnCell) => stamped(columnId, cell).column

  function dictionary(columnId: string): Dictionary | null {
    const source = sourceOf(columnId)
    if (source.kind === 'text') return null
    const { shape, words } = outputOf(source)
    if (!isCoded(shape)) return null
    return words
      ? knownDictionary(shape, words)
      : dictionaryOf(db, studyId, source.metric.id, shape)
  }

  async function warm(columnId: string, cell: ColumnCell): Promise<void> {
    const source = findSource(columnId, runs, formulas)
    if (source?.kind === 'text') await openTexts(db, cell, source).warm()
    if (source?.kind !== 'formula') return
    const cells = formulaReader.cellsFor(source.stored, cell)
    for (const id of source.stored.reads) for (const one of cells) await warm(id, one)
  }

  function runsBehind(columnId: string): RunKey[] {
    const source = findSource(columnId, runs, formulas)
    if (source?.kind === 'formula') return [...new Set(source.stored.reads.flatMap(runsBehind))]
    return source ? runsFor(runs, source, parseColumnId(columnId).runId).slice(0, 1) : []
  }

  return {
    runs,
    formulas,
    runsBehind,
    read,
    dictionary,
    sourceOf,
    valuesIn(columnId, cell) {
      const source = sourceOf(columnId)
      if (source.kind === 'text') return openTexts(db, cell, source).at
      const column = read(columnId, cell)
      const words = dictionary(columnId)
      if (!words) return (row) => valueAt(column, row)
      return (row) => {
        const { value, status } = valueAt(column, row)
        const word = typeof value === 'number' ? words.valueOf(value) : null
        return { value: Array.isArray(word) ? [...word] : word, status } as MetricValue
      }
    },
    async warm(columnId, cell) {
      sourceOf(columnId)
      await warm(columnId, cell)
    },
    runOf(columnId) {
      const source = sourceOf(columnId)
      return runsFor(runs, source, parseColumnId(columnId).runId)[0] ?? null
    },
  }
}
