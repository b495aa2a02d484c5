import type { FacetAxis, FigureSelection, FigureTable, PreparedCommon } from '../types'
import { coverageText, labelOf } from './text'

/** One cell of a table of numbers. */
export interface MatrixCell {
  /** What is written into it; '' where there is nothing to show. */
  text: string
  /** A second, smaller line. */
  sub: string
  /** How strong its tone is, -1 to 1; below 0 in the second hue. Null has no tone. */
  tone: number | null
  /** The cell in words. */
  read: string
  selection: FigureSelection | null
}

/** One table: `cells` line by line. */
export interface MatrixPanel {
  row: string
  column: string
  across: string[]
  down: string[]
  cells: MatrixCell[]
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
  /** What the tones mean, for the legend. */
  toneText: string
  reading: string
  table: FigureTable
}

/** Returns the tables in words. */
export function matrixAltText(prepared: MatrixPrepared): string {
  const parts = prepared.panels.map((panel) => {
    const name = [labelOf(prepared.columns, panel.column), labelOf(prepared.rows, panel.row)]
    const cells = panel.cells.flatMap(({ read, text }) => (text === '' ? [] : [read]))
    return `${name.filter(Boolean).join(', ')}: ${[...cells, ...panel.captions].join('; ')}`
  })
  const told = parts.length > 0 ? `${parts.join('. ')}. ` : ''
  return `Tables of ${prepared.yLabel.toLowerCase()} by ${prepared.xLabel.toLowerCase()}. ${told}${coverageText(prepared.counts)}.`
}
