import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { SortedRows } from '@/lib/columns/sort'
import { ORDER_CHARACTERS, TextOrder } from '@/lib/columns/text-order'
import { FIND_FIELDS, type FindField } from '@/lib/contracts/find'
import type { CellRef } from '../cells'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import { documentsOf } from '../search/documents'
import { finish, finishInTurns } from '../search/steps'

/** Rows read at once: a few milliseconds. */
const STEP_ROWS = 4_000

/** Returns whether a sort key is a text of the row: those are sorted alphabetically. */
export function isTextSort(column: string): column is FindField {
  return (FIND_FIELDS as readonly string[]).includes(column)
}

/** Sorts the rows of all cells, one after the other, by one of their texts. */
function* sortTexts(
  db: Db,
  cells: readonly CellRef[],
  field: FindField,
): Generator<void, SortedRows> {
  const why = 'goes over every row of a file'
  const order = new TextOrder(cells.reduce((sum, { rowCount }) => sum + rowCount, 0))
  const wholes: { start: number; text(idx: number): string }[] = []
  let start = 0
  for (const cell of cells) {
    for (const { no, columns, from } of documentsOf(db, cell.no, [field])) {
      const [column] = columns
      const beginnings = hotRead(db, {
        why,
        sql: `select idx, substr(${column}, 1, ${ORDER_CHARACTERS}) ${from} and idx >= ? and idx < ?`,
        row: z.tuple([z.number(), z.string().nullable()]),
      })
      for (let at = 0; at < cell.rowCount; at += STEP_ROWS) {
        for (const [idx, text] of beginnings.all(no, at, at + STEP_ROWS))
          if (idx < cell.rowCount) order.add(start + idx, text ?? '')
        yield
      }
      const one = hotRead(db, { why, sql: `select ${column} ${from} and idx = ?`, row: z.string() })
      wholes.push({ start, text: (idx) => one.get(no, idx) ?? '' })
    }
    start += cell.rowCount
  }
  return yield* order.sorted((row) => {
    const own = wholes.findLast((one) => one.start <= row)
    return own ? own.text(row - own.start) : ''
  })
}

const bytesOf = ({ order }: SortedRows) => order.length * 5 + 64

/** Where the order of a text is kept; rows never change, responses do. */
function placeOf(db: Db, cells: readonly CellRef[], field: FindField) {
  const stamp = cells.map(({ no }) => `${no}.${responseStamp(db, no)}`).join(' ')
  return [`sorted/${field}/${cells[0]?.no ?? ''}`, stamp] as const
}

/** Returns the rows of all cells, one after the other, in the alphabetical order of one of their texts. */
export function textOrder(db: Db, cells: readonly CellRef[], field: FindField): SortedRows {
  return cachesOf(db).results.get(...placeOf(db, cells, field), bytesOf, () =>
    finish(sortTexts(db, cells, field)),
  )
}

/** Does ahead what `textOrder` returns, giving way to other requests. */
export async function warmTextOrder(
  db: Db,
  cells: readonly CellRef[],
  field: FindField,
  signal?: AbortSignal,
): Promise<void> {
  const cache = cachesOf(db).results
  const place = placeOf(db, cells, field)
  if (cache.peek(...place)) return
  const sorted = await finishInTurns(sortTexts(db, cells, field), signal)
  cache.put(...place, sorted, bytesOf(sorted))
}
