import { and, eq, inArray } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { arms, cells, runs } from '@/db/schema'
import { atomsOf } from '@/lib/contracts/condition'
import { sessionOf, type ExportRequest } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import type { JsonObject, JsonValue } from '@/lib/formats/types'
import { columnReader, listColumns, type ColumnReader } from '../columns'
import { parseColumnId } from '../columns/describe'
import { columnName } from '../compare/columns'
import type { ExportPlan } from './plan'
import { subsetColumns, subsetsIn } from './subsets'
import { getResponseSet } from '../responses'
import { APP_VERSION } from '../runs/definition'
import { sortColumn } from '../rows'
import { select, type Selection } from '../rows/select'
import { SEEDS_KEY } from '@/lib/contracts/seeds'

/** The columns that a formula reads, with their runs, and formulas among them in the same way. */
function formulaCard(reader: ColumnReader, columnId: string): JsonObject | null {
  const source = reader.sourceOf(columnId)
  if (source.kind !== 'formula') return null
  const reads = source.stored.reads.map((column): JsonObject => {
    const run = reader.runOf(column)
    const card = run ? { run: { id: run.id, definition_hash: run.definitionHash } } : {}
    return { column, ...card, ...formulaCard(reader, column) }
  })
  return { formula_hash: source.stored.hash, version: source.stored.version, reads }
}

/** Runs of several definitions may feed one column id over time; this is what it meant when it was written. */
function metricCards(db: Db, studyId: string, columnIds: readonly string[]): JsonObject[] {
  const described = new Map(listColumns(db, studyId, { all: true }).map((one) => [one.id, one]))
  const reader = columnReader(db, studyId)
  return columnIds.map((id) => {
    const { metric, key } = parseColumnId(id)
    const column = described.get(`${metric}.${key}`)
    const run = reader.runOf(id)
    const row = run ? db.select().from(runs).where(eq(runs.no, run.no)).get() : undefined
    return {
      column: id,
      label: column ? columnName(column) : id,
      unit: column?.unit ?? '',
      levels: column?.levels ?? null,
      formula: column?.formula ?? '',
      source: column?.source ?? '',
      direction: column?.directionMeans ?? '',
      ...formulaCard(reader, id),
      run: row
        ? {
            id: row.id,
            definition_hash: row.definitionHash,
            definition: plain(row.definition),
            row_set: plain(row.rowSet),
            record: plain(row.record),
          }
        : null,
    }
  })
}

/** Returns a value as it would come back from JSON, so that what was undefined is simply absent. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue
}

/** The parts of a filter in the order they are named in the recipe; each narrows what the former left. */
const STEPS: readonly { step: string; keys: readonly (keyof RowFilter)[] }[] = [
  { step: 'seed sets', keys: ['seedSets'] },
  { step: 'evolvers', keys: ['arms'] },
  { step: 'rounds', keys: ['rounds'] },
  { step: 'operators', keys: ['operators'] },
  { step: 'metric ranges', keys: ['ranges'] },
  { step: 'values of columns', keys: ['values'] },
  { step: 'values of parents and of other evolvers', keys: ['partners'] },
  { step: 'saved exports', keys: ['exports'] },
  { step: 'conditions', keys: ['where'] },
  { step: 'text', keys: ['text', 'find'] },
  { step: 'marks', keys: ['marks', 'tags', 'hideDropped'] },
  { step: 'random sample', keys: ['sample'] },
]

function isSet(filter: RowFilter, key: keyof RowFilter): boolean {
  const value = filter[key]
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

function filterSteps(db: Db, studyId: string, filter: RowFilter): JsonObject[] {
  const before: RowFilter = emptyFilter()
  let rows = select(db, studyId, before).total
  const steps: JsonObject[] = []
  for (const { step, keys } of STEPS) {
    const used = keys.filter((key) => isSet(filter, key))
    if (used.length === 0) continue
    for (const key of used) Object.assign(before, { [key]: filter[key] })
    const left = select(db, studyId, { ...before }).total
    const condition = Object.fromEntries(used.map((key) => [key, plain(filter[key])]))
    steps.push({ step, condition, rows_in: rows, rows_out: left })
    rows = left
  }
  return steps
}

function sourceFiles(db: Db, selection: Selection): JsonObject[] {
  const used = selection.cells.filter((part) => part.rows.length > 0)
  const facts = new Map(
    db
      .select({ no: cells.no, source: cells.source, armLabel: arms.label })
      .from(cells)
      .leftJoin(arms, eq(cells.armId, arms.id))
      .where(
        and(
          inArray(
            cells.no,
            used.map((part) => part.cell.no),
          ),
        ),
      )
      .all()
      .map((row) => [row.no, row]),
  )
  return used.map(({ cell, rows }) => {
    const fact = facts.get(cell.no)
    return {
      file: fact?.source.fileName ?? '',
      sha256: fact?.source.sha256 ?? '',
      format: fact?.source.format ?? '',
      seed_set: cell.seedSetKey,
      evolver: fact?.armLabel ?? SEEDS_KEY,
      round: cell.round,
      revision: cell.revision,
      made_here: plain(fact?.source.definition),
      rows_in_file: cell.rowCount - cell.skipped.length,
      rows_exported: rows.length,
    }
  })
}

/** Returns the columns that decided which rows are exported and in which order. */
export function decidingColumns(request: ExportRequest): string[] {
  const { filter, sort } = request.state
  const { by } = request.pairs ?? {}
  const pairing = by === undefined || sessionOf(by) !== null ? [] : [by]
  const sorted = sortColumn(sort)
  const conditions = filter.where ? atomsOf(filter.where) : []
  const filtered = [
    ...filter.ranges,
    ...filter.values,
    ...(filter.partners ?? []),
    ...conditions.filter((one) => 'column' in one),
  ].map(({ column }) => column)
  return [...new Set([...filtered, ...pairing, ...(sorted === null ? [] : [sorted])])]
}

function snakeCase(options: Record<string, unknown>): JsonObject {
  const named = Object.entries(options).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`),
    plain(value),
  ])
  return Object.fromEntries(named) as JsonObject
}

/** The response set that was chosen, with what decided it. */
function responsesCard(db: Db, studyId: string, key: string | undefined): JsonObject {
  if (key === undefined) return {}
  const { label, definition } = getResponseSet(db, studyId, key)
  return { responses: { key, label, definition: plain(definition) } }
}

/**
 * Returns how an export came about: rows after each step of the filter, order, the cards of all columns that decided or
 * were written, source files with their hashes, and the version that wrote it. It holds no date: the same rows give the same recipe.
 */
export function makeRecipe(db: Db, plan: ExportPlan): JsonObject {
  const { study, request, content, counter } = plan
  // A tokenizer is named by what it is: where its file lies is nobody's business.
  const { tokenizer: _, ...options } = plan.options
  const { state, format, pairs } = request
  const { selection } = plan.ordered
  const writtenColumns = content.columns
  const subsets = subsetsIn(db, study.id, state.filter)
  const columns = [
    ...new Set([...decidingColumns(request), ...subsetColumns(subsets), ...writtenColumns]),
  ]
  return {
    tool: 'evolens',
    tool_version: APP_VERSION,
    study: { id: study.id, name: study.name },
    data_set: request.name,
    format,
    options: {
      metrics: request.metrics,
      lineage: request.lineage,
      ...(request.decisions ? { decisions: true } : {}),
      ...(request.only ? { only: [...request.only] } : {}),
      ...snakeCase(options),
      ...(counter ? { tokenizer: counter.name } : {}),
    },
    ...responsesCard(db, study.id, request.responses),
    rows_in_study: selection.outOf,
    steps: filterSteps(db, study.id, state.filter),
    ...(subsets.length > 0 ? { subsets: subsets.map(({ facts }) => facts) } : {}),
    order: { column: state.sort.column, descending: state.sort.descending },
    rows_out: selection.total,
    ...(pairs ? { pairs: { ...pairs, pairs: plan.count, left_out: { ...plan.leftOut } } } : {}),
    columns_written: [...writtenColumns],
    metric_cards: metricCards(db, study.id, columns),
    sources: sourceFiles(db, selection),
  }
}
