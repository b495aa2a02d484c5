import type { Db } from '@/db/client'
import { binRows, collectValues, histogramEdges } from '@/lib/columns/histogram'
import type { ColumnHistogram } from '@/lib/contracts/rows'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { CellRef } from '../cells'
import { cachesOf } from '../columns/cache'
import { outputOf } from '../columns/describe'
import type { OpenedParts } from './select'
import { countedWords } from './words'

/** A row that fails no part of the filter. */
export const KEPT = 0

/** What each row fails: `KEPT`, the number of the only facet that it fails, or a number of no facet. */
export type Failures = Uint16Array

/** Rows of one cell by what they fail, and whether the cell itself is of the files that the filter names. */
export interface JudgedCell {
  cell: CellRef
  failures: Failures
  isInside: boolean
}

/** Bins of a histogram above a column: 40 pixels high, about 120 wide. */
const BINS = 30

/** Adds rows without a value to their reasons. */
function addMissing(missing: Record<string, number>, reasons: Uint32Array): void {
  for (const [code, rows] of reasons.entries()) {
    if (rows === 0) continue
    const { name } = statusOf(code)
    missing[name] = (missing[name] ?? 0) + rows
  }
}

/** Returns what counts a column over the rows that fail nothing, or nothing but the column's own part of the filter. */
export function columnCounter(db: Db, studyId: string, { reader, cells, stamp }: OpenedParts) {
  function edgesOf(column: string): readonly number[] {
    const { levels } = outputOf(reader.sourceOf(column))
    if (levels) return Array.from({ length: levels.length + 1 }, (_, k) => k + 0.5)
    // Of all rows, so that they stay put while filters change.
    return cachesOf(db).results.get(
      `edges/${studyId}/${column}`,
      stamp,
      () => 512,
      () => {
        const parts = cells.map((cell) => ({ column: reader.read(column, cell), rows: null }))
        return histogramEdges(collectValues(parts).values, BINS)
      },
    )
  }

  function bins(column: string, cell: CellRef, edges: readonly number[]): Uint16Array {
    return cachesOf(db).results.get(
      `bins/${cell.no}/${column}`,
      stamp,
      (codes: Uint16Array) => codes.byteLength,
      () => binRows(reader.read(column, cell), edges),
    )
  }

  function numbersOf(column: string, judged: readonly JudgedCell[], own: number): ColumnHistogram {
    const edges = edgesOf(column)
    const nBins = edges.length - 1
    // Behind the bins stand the reasons of rows without a value.
    const counts = new Uint32Array(nBins + 256)
    for (const { cell, failures, isInside } of judged) {
      if (!isInside) continue
      const codes = bins(column, cell, edges)
      for (let row = 0; row < failures.length; row++) {
        const failed = failures[row] as number
        if (failed === KEPT || failed === own) counts[codes[row] as number]! += 1
      }
    }
    const missing: Record<string, number> = {}
    addMissing(missing, counts.subarray(nBins))
    const shown = [...counts.subarray(0, nBins)]
    const n = shown.reduce((sum, rows) => sum + rows, 0)
    return { column, edges: [...edges], counts: shown, n, missing, words: null }
  }

  return (column: string, judged: readonly JudgedCell[], own: number): ColumnHistogram => {
    reader.sourceOf(column)
    const dictionary = reader.dictionary(column)
    if (!dictionary) return numbersOf(column, judged, own)
    const rowsOf = new Uint32Array(dictionary.values.length + 1)
    const reasons = new Uint32Array(256)
    let n = 0
    for (const { cell, failures, isInside } of judged) {
      if (!isInside) continue
      const { values, status } = reader.read(column, cell)
      for (let row = 0; row < failures.length; row++) {
        const failed = failures[row] as number
        if (failed !== KEPT && failed !== own) continue
        const code = status[row] ?? 0
        if (carriesValue(code)) {
          n += 1
          rowsOf[values[row] as number]! += 1
        } else reasons[code]! += 1
      }
    }
    const missing: Record<string, number> = {}
    addMissing(missing, reasons)
    return { column, edges: [], counts: [], n, missing, words: countedWords(dictionary, rowsOf) }
  }
}
