import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { countMask, type Mask } from '@/lib/columns/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { AppError } from '@/lib/errors'
import { currentResponseSet } from '../cells'
import { cachesOf } from '../columns/cache'

/** Rows searched before other requests get a turn: a few milliseconds of reading. */
const STEP_ROWS = 4_000
/** When a shorter text left fewer than one row in this many, only those are looked at again. */
const NARROW_FACTOR = 20

interface SearchCell {
  no: number
  rowCount: number
}

interface Search {
  cell: SearchCell
  /** Lower case. */
  needle: string
  setNo: number
  stamp: string
}

const foundSchema = z.tuple([z.number()], z.string().nullable())

function keyOf(cell: SearchCell, needle: string): string {
  return `search/${cell.no}/${needle}`
}

function planSearch(db: Db, cell: SearchCell, text: string): Search {
  if (text.length > LIMITS.search) {
    throw new AppError('invalid_input', `Search for at most ${LIMITS.search} characters.`)
  }
  const setNo = currentResponseSet(db, cell.no)?.no ?? -1
  return { cell, needle: text.toLowerCase(), setNo, stamp: String(setNo) }
}

/** SQLite folds the case of ASCII letters only; other scripts with case are folded here. */
function foldsInSql(needle: string): boolean {
  return /^\p{ASCII}*$/u.test(needle) || needle === needle.toUpperCase()
}

function likePattern(needle: string): string {
  return `%${needle.replace(/[\\%_]/g, '\\$&')}%`
}

function markFound(db: Db, search: Search, mask: Mask, from: number, to: number): void {
  const { cell, needle, setNo } = search
  const rows = (sql: string, ...values: (number | string)[]) =>
    hotRead(db, { why: 'goes over every row of a file', sql, row: foundSchema }).all(...values)
  const inRows = 'from rows where cell_no = ? and idx >= ? and idx < ?'
  const inResponses = 'from responses where set_no = ? and idx >= ? and idx < ?'
  if (foldsInSql(needle)) {
    const like = "like ? escape '\\'"
    const pattern = likePattern(needle)
    const found = [
      rows(
        `select idx ${inRows} and (instruction ${like} or input ${like})`,
        cell.no,
        from,
        to,
        pattern,
        pattern,
      ),
      rows(`select idx ${inResponses} and text ${like}`, setNo, from, to, pattern),
    ]
    for (const [idx] of found.flat()) if (idx < mask.length) mask[idx] = 1
    return
  }
  const texts = [
    rows(`select idx, instruction, input ${inRows}`, cell.no, from, to),
    rows(`select idx, text ${inResponses}`, setNo, from, to),
  ]
  for (const [idx, ...fields] of texts.flat()) {
    if (fields.some((field) => field?.toLowerCase().includes(needle))) mask[idx] = 1
  }
}

/** Ranges of rows to look at: all, or the few that a cached shorter text left. */
function* rangesOf(db: Db, search: Search): Generator<[number, number]> {
  const { cell, needle, stamp } = search
  const cache = cachesOf(db).results
  for (let length = needle.length - 1; length > 0; length--) {
    const shorter = cache.peek<Mask>(keyOf(cell, needle.slice(0, length)), stamp)
    if (!shorter) continue
    if (countMask(shorter) * NARROW_FACTOR >= cell.rowCount) break
    for (let idx = 0; idx < shorter.length; idx++) if (shorter[idx] === 1) yield [idx, idx + 1]
    return
  }
  for (let from = 0; from < cell.rowCount; from += STEP_ROWS) yield [from, from + STEP_ROWS]
}

/**
 * Returns the rows whose instruction, input or current response holds the text, whatever its case; cached. Text behind a
 * NUL character is not searched.
 */
export function searchMask(db: Db, cell: SearchCell, text: string): Mask {
  const search = planSearch(db, cell, text)
  return cachesOf(db).results.get(
    keyOf(cell, search.needle),
    search.stamp,
    (mask: Mask) => mask.byteLength,
    () => {
      const mask = new Uint8Array(cell.rowCount)
      for (const [from, to] of rangesOf(db, search)) markFound(db, search, mask, from, to)
      return mask
    },
  )
}

/** End of the last search that was asked for, by connection. */
const turns = new WeakMap<object, Promise<unknown>>()

/** Runs searches one after the other: side by side none would end sooner, and requests without a search would wait for all. */
function inTurn<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(db.$client) ?? Promise.resolve()).then(work)
  turns.set(
    db.$client,
    mine.catch(() => undefined),
  )
  return mine
}

/** Searches ahead of `searchMask`, giving way to other requests between steps. */
export async function warmSearch(
  db: Db,
  cell: SearchCell,
  text: string,
  signal?: AbortSignal,
): Promise<void> {
  const search = planSearch(db, cell, text)
  const cache = cachesOf(db).results
  const key = keyOf(cell, search.needle)
  if (cache.peek(key, search.stamp)) return
  await inTurn(db, async () => {
    signal?.throwIfAborted()
    if (cache.peek(key, search.stamp)) return
    const mask = new Uint8Array(cell.rowCount)
    let seen = 0
    for (const [from, to] of rangesOf(db, search)) {
      markFound(db, search, mask, from, to)
      seen += to - from
      if (seen < STEP_ROWS) continue
      seen = 0
      signal?.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
    }
    cache.put(key, search.stamp, mask, mask.byteLength)
  })
}
