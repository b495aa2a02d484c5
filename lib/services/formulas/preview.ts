import type { Db } from '@/db/client'
import { valueAt, type Column } from '@/lib/columns/column'
import { collectValues, histogramEdges } from '@/lib/columns/histogram'
import { emptyFilter } from '@/lib/contracts/filter'
import type { FormulaPreview } from '@/lib/contracts/formula'
import { throwIfAborted } from '@/lib/errors'
import { FormulaError, lineAndColumn } from '@/lib/formulas/error'
import { evaluateFormula } from '@/lib/formulas/evaluate'
import { histogram } from '@/lib/stats/histogram'
import { columnReader } from '../columns'
import { formulaCells } from '../columns/formulas'
import { listItems } from '../rows/items'
import { select, warmSelection } from '../rows/select'
import { getStudy } from '../studies'
import { checkStudyFormula } from './index'
import { currentFormulas, formulaHash } from './store'

// As many as a dialog shows beside a formula.
const BINS = 40
const SAMPLE_ROWS = 10

/** Returns rows spread evenly over the study, in file order. */
function spread(parts: ReturnType<typeof select>['cells'], total: number) {
  const wanted = Math.min(SAMPLE_ROWS, total)
  const rows = []
  let before = 0
  let next = 0
  for (const [place, { cell, rows: kept }] of parts.entries()) {
    for (; next < wanted; next += 1) {
      const at = Math.floor((next * total) / wanted) - before
      if (at >= kept.length) break
      rows.push({ place, cell, idx: kept[at] as number })
    }
    before += kept.length
  }
  return rows
}

/**
 * Returns what a formula would give over all rows, before it is saved: type, histogram, missing values by reason and ten
 * rows with what it reads. A formula that is wrong is no error here; the reply says where. `own` is the column being edited.
 */
export async function previewFormula(
  db: Db,
  studyId: string,
  { text, own }: { text: string; own: string | null },
  signal?: AbortSignal,
): Promise<FormulaPreview> {
  const started = performance.now()
  getStudy(db, studyId)
  let checked
  try {
    checked = checkStudyFormula(db, studyId, text, own)
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    const place = { ...error.span, ...lineAndColumn(text, error.span.from) }
    return { isValid: false, problem: { message: error.problem, ...place } }
  }
  const { reads, type, levels, resolved, hasGroups } = checked
  await warmSelection(db, studyId, emptyFilter(), reads, signal)
  throwIfAborted(signal)
  const reader = columnReader(db, studyId)
  const cells = formulaCells(db, studyId)
  const columns = evaluateFormula(checked, cells, {
    read: (id, cell) => reader.read(id, cell),
    words: (id) => reader.dictionary(id)?.values ?? [],
  })
  const all = select(db, studyId, emptyFilter())
  const parts = all.cells.map(({ rows }, k) => ({ column: columns[k] as Column, rows }))
  const { values, missing } = collectValues(parts)
  const count = type === 'flag' ? 2 : (levels?.length ?? 0)
  const edges =
    type === 'number'
      ? histogramEdges(values, BINS)
      : Array.from({ length: count + 1 }, (_, k) => k + 0.5)
  const wanted = spread(all.cells, all.total)
  const items = listItems(db, studyId, wanted, reads)
  const hashes = new Map(currentFormulas(db, studyId).map(({ column, hash }) => [column, hash]))
  return {
    isValid: true,
    type,
    levels: levels && [...levels],
    reads: [...reads],
    expression: resolved,
    hasGroups,
    hash: formulaHash({ expression: resolved, reads: [...reads] }, (id) => hashes.get(id)),
    rows: all.total,
    valued: values.length,
    missing,
    edges,
    counts: [...histogram(values, Float64Array.from(edges)).counts],
    sample: items.map(({ cellId, idx, instruction, values: inputs }) => {
      const at = wanted.find((row) => row.cell.id === cellId && row.idx === idx)
      const value = valueAt(columns[at?.place ?? 0] as Column, idx)
      return { cellId, idx, instruction, inputs, value }
    }),
    serverMs: Math.round(performance.now() - started),
  }
}
