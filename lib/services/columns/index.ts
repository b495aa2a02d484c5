import type { Db } from '@/db/client'
import { columnBytes, valueAt, type Column } from '@/lib/columns/column'
import { isCoded } from '@/lib/contracts/column-kinds'
import type { MetricValue } from '@/lib/contracts/rows'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { cachesOf } from './cache'
import {
  describeColumns,
  fedBy,
  outputOf,
  parseColumnId,
  readsOf,
  requireSource,
  type ColumnSource,
} from './describe'
import { dictionaryOf, type Dictionary } from './dictionary'
import { readOutput, studyRuns, type RunKey, type StampedColumn } from './runs'
import { isTextColumn, textColumn, warmTextColumn } from './texts'

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
  return describeColumns(studyRuns(db, studyId), options.all ?? false)
}

/**
 * Reads the columns of one study. Beside column ids it knows the text lengths `instruction_chars`, `input_chars` and
 * `response_chars`. Make one per request, so that the study's runs are looked up once.
 */
export interface ColumnReader {
  /** Returns a column of n = rowCount rows; rows without a value say why. Throws `not_found` for an unknown column or run. */
  read(columnId: string, cell: ColumnCell): Column
  /** The same with a stamp that changes whenever stored values do, for caches. */
  readStamped(columnId: string, cell: ColumnCell): StampedColumn
  /** Reads ahead what would otherwise block for long, giving way to other requests. */
  warm(columnId: string, cell: ColumnCell): Promise<void>
  /** Returns what reads one row of a column: words of the column in place of the numbers that stand for them. */
  valuesIn(columnId: string, cell: ColumnCell): (row: number) => MetricValue
  /** Returns the distinct values of a column; null where its numbers stand for nothing but themselves. */
  dictionary(columnId: string): Dictionary | null
  /** Returns the run that a column shows, or null when none feeds it. */
  runOf(columnId: string): RunKey | null
  runs: readonly RunKey[]
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

/** Returns a reader of the study's columns. Without a run id, a column shows its metric's pinned run, else the newest. */
export function columnReader(db: Db, studyId: string): ColumnReader {
  const runs = studyRuns(db, studyId)

  function measured(source: ColumnSource, chosen: RunKey[], cell: ColumnCell): StampedColumn {
    const { key, length, dtype } = outputOf(source)
    return readOutput(db, chosen, cell, { key, width: length ?? 1, dtype })
  }

  function readStamped(columnId: string, cell: ColumnCell): StampedColumn {
    if (isTextColumn(columnId)) return textColumn(db, cell, columnId)
    const source = requireSource(columnId, runs)
    const chosen = runsFor(runs, source, parseColumnId(columnId).runId)
    if (source.kind === 'measured') return measured(source, chosen, cell)
    const { metric, variant } = source
    const inputs = new Map<string, StampedColumn>()
    if (metric.from === null) {
      for (const name of metric.reads) inputs.set(name, textColumn(db, cell, name))
    } else {
      for (const output of readsOf(metric)) {
        const { key, length, dtype } = output
        inputs.set(key, readOutput(db, chosen, cell, { key, width: length ?? 1, dtype }))
      }
    }
    const stamp = [...inputs.values()].map((input) => input.stamp).join('/')
    const runKey = chosen.map((run) => run.no).join(',')
    const cacheKey = `derived/${metric.id}.${variant.key}/${runKey}/${cell.no}`
    const column = cachesOf(db).columns.get(cacheKey, stamp, columnBytes, () => {
      const views = Object.fromEntries([...inputs].map(([key, input]) => [key, input.column]))
      const derived = metric.derive(views, variant.key, cell.rowCount)
      const width = cell.rowCount > 0 ? derived.values.length / cell.rowCount : 1
      return { ...derived, width, n: cell.rowCount }
    })
    return { column, stamp: `${stamp}/${runKey}` }
  }

  const read = (columnId: string, cell: ColumnCell) => readStamped(columnId, cell).column

  function dictionary(columnId: string): Dictionary | null {
    if (isTextColumn(columnId)) return null
    const source = requireSource(columnId, runs)
    const { shape } = outputOf(source)
    return isCoded(shape) ? dictionaryOf(db, studyId, source.metric.id, shape) : null
  }

  return {
    runs,
    readStamped,
    read,
    dictionary,
    valuesIn(columnId, cell) {
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
      if (isTextColumn(columnId)) return warmTextColumn(db, cell, columnId)
      const source = requireSource(columnId, runs)
      if (source.kind !== 'derived' || source.metric.from !== null) return
      for (const name of source.metric.reads) await warmTextColumn(db, cell, name)
    },
    runOf(columnId) {
      const source = requireSource(columnId, runs)
      return runsFor(runs, source, parseColumnId(columnId).runId)[0] ?? null
    },
  }
}
