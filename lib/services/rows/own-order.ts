import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { newestAlignment, type CellRef } from '../cells'
import { cachesOf } from '../columns/cache'
import { yieldToEventLoop } from '../compare/slots'
import { cellMarks } from './annotations/marks'
import { operatorCodes } from './operators'

/** Parts of a row that are no metric and have an order. */
const OWN_SORTS = ['operator', 'slot', 'flags', 'decisions'] as const
type OwnSort = (typeof OWN_SORTS)[number]

/** Returns whether a sort key is a part of the row itself. */
export function isOwnSort(column: string): column is OwnSort {
  return (OWN_SORTS as readonly string[]).includes(column)
}

/** Returns a stored number of every row of a cell; NaN where there is none. */
export function storedNumbers(db: Db, cell: CellRef, column: 'slot' | 'flags'): Float64Array {
  return cachesOf(db).columns.get(
    `own/${column}/${cell.no}`,
    // An alignment moves rows to other slots.
    String(newestAlignment(db, cell.no)?.no ?? 0),
    (values: Float64Array) => values.byteLength,
    () => {
      const values = new Float64Array(cell.rowCount).fill(Number.NaN)
      const rows = hotRead(db, {
        why: 'goes over every row of a file',
        sql: `select idx, ${column === 'slot' ? 'slot' : 'nullif(flags, 0)'} from rows where cell_no = ?`,
        row: z.tuple([z.number(), z.number().nullable()]),
      })
      for (const [idx, value] of rows.iterate(cell.no)) if (value !== null) values[idx] = value
      return values
    },
  )
}

// From what is out of the way to what was chosen.
const WEIGHT: Record<string, number> = { drop: 1, tag: 2, note: 4, star: 8, keep: 16 }

/** Returns what gives a row of a cell its number in the order of one of its own parts; NaN where it has none. */
export function ownNumber(
  db: Db,
  cells: readonly CellRef[],
  cell: CellRef,
  column: OwnSort,
): (row: number) => number {
  if (column === 'decisions') {
    const { deciding, entries } = cellMarks(db, cell)
    const marks = [...deciding.values()]
    return (row) => {
      const kinds = new Set(marks.flatMap((nos) => entries.get(nos[row] as number)?.kind ?? []))
      if (kinds.size === 0) return Number.NaN
      return [...kinds].reduce((sum, kind) => sum + (WEIGHT[kind] ?? 0), 0)
    }
  }
  if (column !== 'operator') {
    const values = storedNumbers(db, cell, column)
    return (row) => values[row] as number
  }
  const codesOf = ({ no, rowCount }: CellRef) => operatorCodes(db, no, rowCount)
  const all = [...new Set(cells.flatMap((one) => codesOf(one).names))].sort()
  const { names, codes } = codesOf(cell)
  const ranks = [Number.NaN, ...names.map((name) => all.indexOf(name))]
  return (row) => ranks[codes[row] as number] as number
}

/** Reads ahead what such an order needs, giving way to others. */
export async function warmOwn(db: Db, cells: readonly CellRef[], column: OwnSort): Promise<void> {
  for (const cell of cells) {
    ownNumber(db, [cell], cell, column)
    await yieldToEventLoop()
  }
}
