import type { FacetAxis, FigureSelection, FigureTable, PreparedCommon } from '../types'
import { count, coverageText, labelOf, percent } from './text'

/** One cell of a table of numbers. */
export interface MatrixCell {
  /** What is written into it; '' where there is nothing to show. */
  text: string
  /** A second, smaller line. */
  sub: string
  /** How strong its tone is, -1 to 1; below 0 in the second hue. Null has no tone. */
  tone: number | null
  /** The cell in words, where its place does not say it. */
  read?: string
  selection?: FigureSelection | null
}

/** One table: `cells` line by line. */
export interface MatrixPanel {
  row: string
  column: string
  across: string[]
  down: string[]
  cells: MatrixCell[]
  /** Where lines are levels of partners and columns those of the rows: the rows of the whole panel. */
  opens?: FigureSelection
  /** Tests and counts, under the table. */
  captions: string[]
}

/** What a figure of tables draws. */
export interface MatrixPrepared extends PreparedCommon {
  rows: FacetAxis[]
  columns: FacetAxis[]
  panels: MatrixPanel[]
  xLabel: string
  yLabel: string
  /** Whether lines and columns are the same levels, which small printed tables number. */
  isNumbered?: boolean
  /** What the cells say first. */
  shows?: CellShows
  /** What the tones mean, for the legend. */
  toneText: string
  reading: string
  table: FigureTable
}

/** What a counted cell says first; the other one stands below it. */
export type CellShows = 'count' | 'share'

/** Returns the cells of a square table of counts, toned by their share of their line. */
export function countedCells(
  counts: ArrayLike<number>,
  levels: number,
  shows: CellShows = 'count',
): MatrixCell[] {
  const sums = Array.from({ length: levels }, (_, line) => {
    let sum = 0
    for (let i = 0; i < levels; i += 1) sum += counts[line * levels + i] ?? 0
    return sum
  })
  return Array.from({ length: levels * levels }, (_, place) => {
    const sum = sums[Math.floor(place / levels)] ?? 0
    const share = sum === 0 ? 0 : (counts[place] ?? 0) / sum
    const [rows, part] = [count(counts[place] ?? 0), sum === 0 ? '' : percent(share)]
    return {
      ...(shows === 'share' && part !== '' ? { text: part, sub: rows } : { text: rows, sub: part }),
      tone: Number(share.toFixed(3)),
    }
  })
}

/** Returns a cell in words: "easy to hard 12 (40.0 %)" unless it has its own. */
export function readCell({ across, down, cells }: MatrixPanel, place: number): string {
  const cell = cells[place]
  if (!cell) return ''
  if (cell.read !== undefined) return cell.read
  const [from, to] = [down[Math.floor(place / across.length)], across[place % across.length]]
  return `${from ?? ''} to ${to ?? ''} ${cell.text}${cell.sub ? ` (${cell.sub})` : ''}`
}

/** Returns the rows that a cell opens, null where it opens none. */
export function cellSelection(
  { across, cells, opens }: MatrixPanel,
  place: number,
): FigureSelection | null {
  if (!opens?.partner) return cells[place]?.selection ?? null
  const [from, to] = [1 + Math.floor(place / across.length), 1 + (place % across.length)]
  return { ...opens, min: to, max: to, partner: { ...opens.partner, min: from, max: from } }
}

/** Returns the tables in words. */
export function matrixAltText(prepared: MatrixPrepared): string {
  const parts = prepared.panels.map((panel) => {
    const name = [labelOf(prepared.columns, panel.column), labelOf(prepared.rows, panel.row)]
    const cells = panel.cells.flatMap(({ text }, i) => (text === '' ? [] : [readCell(panel, i)]))
    return `${name.filter(Boolean).join(', ')}: ${[...cells, ...panel.captions].join('; ')}`
  })
  const told = parts.length > 0 ? `${parts.join('. ')}. ` : ''
  return `Tables of ${prepared.yLabel.toLowerCase()} by ${prepared.xLabel.toLowerCase()}. ${told}${coverageText(prepared.counts)}.`
}
