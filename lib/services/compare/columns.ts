import type { Db } from '@/db/client'
import type { CompareState } from '@/lib/contracts/compare'
import { isComparable, isYesNo, wordsOf } from '@/lib/contracts/column-kinds'
import { isFormulaColumn } from '@/lib/contracts/formula'
import { carriesValue, statusCode } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { getMetric } from '@/lib/metrics'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { columnReader, listColumns, type ColumnReader } from '../columns'
import { parseColumnId } from '../columns/describe'
import type { SideReader } from './side-values'

// Words of a boolean value, in the order of their levels.
const YES_NO = [wordsOf(false), wordsOf(true)].flat()

/** Returns the column under its own name; yes or no as two levels. */
function asCompared(column: ColumnInfo): ColumnInfo {
  const named = { ...column, label: columnName(column) }
  return isYesNo(column) ? { ...named, shape: 'enum', levels: YES_NO } : named
}

/** Returns a name that says the metric by itself: "Difficulty level" where the column alone is called "level". */
export function columnName(column: Pick<ColumnInfo, 'label' | 'group'>): string {
  const { label, group } = column
  return group.toLowerCase().includes(label.toLowerCase()) ? group : label
}

/** Returns the description of a column; a run id in the column id is kept. Throws `not_found`, `invalid_input`. */
function describeColumn(db: Db, studyId: string, columnId: string): ColumnInfo {
  const { metric, key, runId } = parseColumnId(columnId)
  const found = listColumns(db, studyId, { all: true }).find((one) => one.id === `${metric}.${key}`)
  if (!found) {
    throw new AppError(
      'not_found',
      `There is no metric column "${columnId}". Choose one of the list.`,
    )
  }
  if (!isComparable(found.shape)) {
    throw new AppError(
      'invalid_input',
      `${found.label} holds no numbers, so it has no difference. Choose another metric.`,
    )
  }
  const named = asCompared(found)
  return runId === null ? named : { ...named, id: columnId, runId }
}

/** Returns the columns of the summary: those asked for, else every default column that a run fills. */
export function chosenColumns(db: Db, studyId: string, state: CompareState): ColumnInfo[] {
  if (state.columns.length > 0) {
    return [...new Set(state.columns)].map((id) => describeColumn(db, studyId, id))
  }
  return listColumns(db, studyId)
    .filter((column) => column.isDefault && !column.hidden && isComparable(column.shape))
    .map(asCompared)
}

/** Returns a column that differences are controlled for; null where none was asked for. */
export function controlColumn(
  db: Db,
  studyId: string,
  columnId: string | null,
  wants: 'number' | 'flag',
): ColumnInfo | null {
  if (columnId === null) return null
  const column = describeColumn(db, studyId, columnId)
  const isFlag = column.levels === YES_NO
  if (wants === 'flag' ? isFlag : column.shape === 'scalar') return column
  throw new AppError(
    'invalid_input',
    `${column.label} holds no ${wants === 'flag' ? 'yes or no, so it flags no rows' : 'single numbers, so it is no length'}. Choose another column.`,
  )
}

/** Returns the column of the aligned rows: the one asked for, else the first of the summary; null without any. */
export function rowColumn(db: Db, studyId: string, state: CompareState): ColumnInfo | null {
  return state.column === null
    ? (chosenColumns(db, studyId, state)[0] ?? null)
    : describeColumn(db, studyId, state.column)
}

function sideColumnId(reader: ColumnReader, column: ColumnInfo, runs: readonly string[]): string {
  const own = runs.find((id) =>
    reader.runs.some((run) => run.id === id && run.metricId === column.fromMetric),
  )
  return own === undefined ? column.id : `${column.id.split('@')[0]}@${own}`
}

function checkRuns(reader: ColumnReader, runs: readonly string[]): void {
  const unknown = runs.find((id) => !reader.runs.some((run) => run.id === id))
  if (unknown !== undefined) throw new AppError('not_found', `This study has no run ${unknown}.`)
}

/** Returns the measured metrics behind a column: its own, or those that a formula reads. */
function measuredBehind(reader: ColumnReader, { id, fromMetric }: ColumnInfo): MeasuredMetric[] {
  const ids = isFormulaColumn(id) ? reader.runsBehind(id).map((run) => run.metricId) : [fromMetric]
  return ids.map(getMetric).filter((metric) => metric.kind === 'measured')
}

/** Returns what reads one number a row for either side: the value itself, or the chosen entry of a vector. */
export function sideReader(db: Db, studyId: string, state: CompareState): SideReader {
  const reader = columnReader(db, studyId)
  checkRuns(reader, [...state.a.runs, ...state.b.runs])
  return {
    warm: (cell, column) => reader.warm(column.id, cell),
    read(cell, column, side) {
      const id = sideColumnId(reader, column, state[side].runs)
      const { values, status, width, n } = reader.read(id, cell)
      const run = reader.runOf(id)
      const identity = { runId: run?.id ?? null, definitionHash: run?.definitionHash ?? null }
      const words = reader.dictionary(id)
      if (words) {
        const level = Float64Array.from([NaN, ...words.values], (value) => Number(value) + 1)
        const levels = Float64Array.from(values, (no) => level[no] ?? NaN)
        return { values: levels, status, ...identity }
      }
      if (width === 1) return { values: Float64Array.from(values), status, ...identity }
      const picked = new Float64Array(n).fill(Number.NaN)
      const reasons = status.slice()
      for (let row = 0; row < n; row += 1) {
        const entry = state.component < width ? values[row * width + state.component] : undefined
        if (entry !== undefined && Number.isFinite(entry)) picked[row] = entry
        // The reply was shorter than this entry: nothing failed, there is just no such token.
        else if (carriesValue(status[row] as number)) reasons[row] = statusCode('not_applicable')
      }
      return { values: picked, status: reasons, ...identity }
    },
    dependsOnSetSize: (column) =>
      measuredBehind(reader, column).some(({ scope }) => scope === 'cell'),
    isFromFiles: (column) =>
      measuredBehind(reader, column).some(({ isImported }) => isImported === true),
  }
}
