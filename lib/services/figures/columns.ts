import { and, eq, gt, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { runCells, runs } from '@/db/schema'
import type { ColumnShape } from '@/lib/contracts/column-kinds'
import { isFormulaColumn } from '@/lib/contracts/formula'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import type { StoredResult } from '@/lib/contracts/results'
import { describeFigure, parseFigureOptions } from '@/lib/figures'
import { chosenExport, exportChoice } from '@/lib/figures/shared/options'
import { resultChoices } from '@/lib/figures/shared/result-marks'
import { count } from '@/lib/figures/shared/text'
import type { Figure, FigureMeta, OptionField } from '@/lib/figures/types'
import { listSetMeasures } from '@/lib/metrics'
import { listColumns } from '../columns'
import { fedBy, findSource } from '../columns/describe'
import { listExported } from '../rows/exported'

/** What is asked of a column to stand among the choices of an option. */
export type ColumnChoice = Pick<ColumnInfo, 'id' | 'label' | 'group' | 'shape' | 'hidden'>

// Metrics of a folder of MMLU are fewer; a menu of more is not read, and would be most of each reply.
const MOST_CHOICES = 80
// A message that names more columns than this is not read.
const MOST_NAMED = 40

const SHAPE_NAMES: Record<ColumnShape, string> = {
  scalar: 'one number a row',
  vector: 'several numbers a row',
  enum: 'levels, not numbers',
  rowRef: 'the position of another row',
  boolean: 'yes or no, not numbers',
  category: 'categories, not numbers',
  tags: 'tags, not numbers',
  text: 'texts, not numbers',
}

/** Returns whether a column is there without any run of its own: a length of the texts themselves, or a formula. */
export function needsNoRun(columnId: string): boolean {
  if (isFormulaColumn(columnId)) return true
  const source = findSource(columnId)
  return source !== null && fedBy(source) === null
}

/** Returns the study's columns that have a value in any row. */
export function columnsWithValues(db: Db, studyId: string): ColumnInfo[] {
  const valued = db
    .selectDistinct({ metric: runs.metricId })
    .from(runCells)
    .innerJoin(runs, eq(runCells.runNo, runs.no))
    .where(and(eq(runs.studyId, studyId), isNull(runs.deletedAt), gt(runCells.valued, 0)))
    .all()
  const metrics = new Set(valued.map(({ metric }) => metric))
  return listColumns(db, studyId).filter(
    (column) => metrics.has(column.fromMetric) || needsNoRun(column.id),
  )
}

/** Returns a column's name among those of other metrics: "Imported IFD: IFD", "IFD, strict". */
function choiceLabel({ group, label }: ColumnChoice): string {
  return label.toLowerCase().includes(group.toLowerCase()) ? label : `${group}: ${label}`
}

/** Returns the columns that a figure draws under any of the choices of an option. */
export function columnsOfChoices(figure: Figure, { name, choices }: OptionField): string[] {
  return choices.flatMap(({ value }) =>
    figure.columns(parseFigureOptions(figure, { [name]: value })),
  )
}

/** Returns the columns that an option offers beside its named choices. */
function offered(figure: Figure, field: OptionField, columns: readonly ColumnChoice[]) {
  const named = new Set(columnsOfChoices(figure, field))
  return columns.filter(({ id, shape }) => !named.has(id) && field.columns?.includes(shape))
}

/** Returns every number of every measure of a set as a choice. */
function setChoices(): { value: string; label: string }[] {
  return listSetMeasures().flatMap(({ id, label, set }) =>
    (set?.outputs ?? []).map((output) => ({
      value: `${id}.${output.key}`,
      label: output.label === label ? label : `${label}: ${output.label}`,
    })),
  )
}

/** What of a study options may name besides its columns. */
interface Named {
  results: readonly StoredResult[]
  exports: readonly { id: string; name: string }[]
}

/** Returns a figure as plain data; options that take a column offer those given, hidden ones only where they are chosen. */
export function describeWith(
  figure: Figure,
  columns: readonly ColumnChoice[],
  options: Record<string, unknown> = {},
  { results, exports }: Named = { results: [], exports: [] },
): FigureMeta {
  const meta = describeFigure(figure)
  const fields = meta.options.map((field) => {
    if (field.setMeasures) {
      const named = new Set(field.choices.map(({ value }) => value))
      const more = setChoices().filter(({ value }) => !named.has(value))
      return { ...field, choices: [...field.choices, ...more] }
    }
    if (field.ofResults) {
      const all = resultChoices(results, field.ofResults)
      const isOffered = (value: string, at: number) =>
        at >= all.length - MOST_CHOICES || value === options[field.name]
      const choices = all.filter(({ value }, at) => isOffered(value, at))
      const bounded =
        choices.length < all.length
          ? ` Of ${count(all.length)} the ${MOST_CHOICES} imported last are offered; any other can be named in the address or on the command line.`
          : ''
      return {
        ...field,
        description: field.description + bounded,
        choices: [...field.choices, ...choices],
      }
    }
    if (!field.columns) return field
    const own = offered(figure, field, columns)
      .filter(({ id, hidden }) => !hidden || id === options[field.name])
      .map((column) => ({ value: column.id, label: choiceLabel(column) }))
    const saved = (field.exports ? exports : []).map(({ id, name }) => ({
      value: exportChoice(id),
      label: `Export "${name}"`,
    }))
    return { ...field, choices: [...field.choices, ...own, ...saved] }
  })
  return { ...meta, options: fields }
}

function problemOf(id: string, field: OptionField, known: readonly ColumnInfo[]): string {
  if (id === '') return `This figure needs a column (option ${field.name}).`
  const exported = chosenExport(id)
  if (field.exports && exported !== null)
    return `This study has no export "${exported}" (option ${field.name}).`
  const column = known.find((one) => one.id === id)
  if (!column) return `This study has no column "${id}" (option ${field.name}).`
  if (!field.columns?.includes(column.shape)) {
    return `Column "${id}" holds ${SHAPE_NAMES[column.shape]}, which this figure does not draw.`
  }
  return `Column "${id}" has no values in this study yet: compute ${column.fromMetric} first.`
}

/**
 * Checks that the columns which the options name are there and can be drawn; `invalid_input` says what is wrong and which
 * columns there are. A column whose run has begun is let through: the figure then says why rows have no value.
 */
export function checkColumns(
  db: Db,
  studyId: string,
  figure: Figure,
  options: Record<string, unknown>,
): void {
  for (const field of describeFigure(figure).options) {
    const id = String(options[field.name] ?? '')
    if (!field.columns || field.choices.some(({ value }) => value === id)) continue
    const exports = field.exports ? listExported(db, studyId) : []
    if (exports.some((one) => exportChoice(one.id) === id)) continue
    const known = listColumns(db, studyId, { all: true })
    const found = known.find((column) => column.id === id)
    const isThere = found && (found.runId !== null || needsNoRun(id))
    if (isThere && field.columns.includes(found.shape)) continue
    const there = offered(figure, field, columnsWithValues(db, studyId)).filter(
      ({ hidden }) => !hidden,
    )
    const names = [
      ...field.choices.map(({ value }) => value),
      ...there.map((one) => one.id),
      ...exports.map((one) => exportChoice(one.id)),
    ]
    const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
    const choices =
      names.length > 0
        ? `Choose one of: ${names.slice(0, MOST_NAMED).join(', ')}${rest}.`
        : 'No column of this study that it could draw has values yet: import or compute some first.'
    throw new AppError('invalid_input', `${problemOf(id, field, known)} ${choices}`)
  }
}
