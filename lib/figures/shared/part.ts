import type { FigureDrawing } from '@/lib/contracts/figure'
import { PAGE_MM } from '@/lib/contracts/picture'
import { AppError } from '@/lib/errors'
import type { FacetAxis, FigureResult } from '../types'

/** Drawings whose panels hold text and cannot be made lower: where their list stands, and what one is called. */
const LISTS: Partial<Record<FigureDrawing, { key: string; name: string }>> = {
  matrix: { key: 'panels', name: 'Tables' },
  prompts: { key: 'cards', name: 'Prompts' },
  cases: { key: 'cases', name: 'Cases' },
}
// What of a page legend, notes and caption leave to the panels.
const SHARE_OF_PAGE = 0.8

type Listed = Record<string, unknown> & { rows?: FacetAxis[]; columns?: FacetAxis[] }

function listOf({ figure, prepared }: FigureResult) {
  const list = LISTS[figure.drawing]
  const found = list && (prepared as unknown as Listed)[list.key]
  const items = Array.isArray(found) ? (found as { row?: string; column?: string }[]) : []
  const { rows = [], columns = [] } = prepared as unknown as Listed
  const at = (axis: readonly FacetAxis[], key?: string) => axis.findIndex((one) => one.key === key)
  // As they stand on paper: one column of the figure after another.
  const drawn = items.toSorted(
    (a, b) => at(columns, a.column) - at(columns, b.column) || at(rows, a.row) - at(rows, b.row),
  )
  return { list, items: drawn }
}

/** Returns the ranges of panels ("1-6") in which a picture of this height fits pages; none where it fits, or has no parts. */
export function pageRanges(result: FigureResult, heightMm: number): string[] {
  const { items } = listOf(result)
  if (heightMm <= PAGE_MM || items.length < 2) return []
  const perPage = Math.max(1, Math.floor((items.length * PAGE_MM * SHARE_OF_PAGE) / heightMm))
  const pages = Math.ceil(items.length / perPage)
  const start = (page: number) => Math.ceil((page * items.length) / pages)
  return Array.from({ length: pages }, (_, page) => `${start(page) + 1}-${start(page + 1)}`)
}

/**
 * Returns a figure with the panels of a range ("1-6") alone, and a note that says so; the whole one without a range.
 * Throws `invalid_input` where there are no such panels.
 */
export function partOf(result: FigureResult, range: string | undefined): FigureResult {
  if (!range) return result
  const { list, items } = listOf(result)
  const [from = 0, to = 0] = range.split('-').map(Number)
  if (!list || items.length === 0)
    throw new AppError(
      'invalid_input',
      `${result.figure.title} is printed whole: leave out the panels.`,
    )
  if (!(from >= 1 && from <= to && to <= items.length))
    throw new AppError(
      'invalid_input',
      `${result.figure.title} has the panels 1-${items.length}, not ${range}.`,
    )
  const kept = items.slice(from - 1, to)
  const { rows, columns } = result.prepared as unknown as Listed
  const only = (axis: FacetAxis[] | undefined, side: 'row' | 'column') =>
    axis?.filter(({ key }) => kept.some((panel) => panel[side] === key))
  const [left, right] = [only(rows, 'row'), only(columns, 'column')]
  const note = `${list.name} ${from} to ${to} of ${items.length}.`
  return {
    ...result,
    prepared: {
      ...result.prepared,
      [list.key]: kept,
      ...(left ? { rows: left } : {}),
      ...(right ? { columns: right } : {}),
      notes: [note, ...result.prepared.notes],
    },
  }
}
