import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Mask } from '@/lib/columns/filter'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import { documentsOf, findInIndex, isIndexed, type Documents } from './documents'
import type { Matcher } from './matcher'
import { finish, finishInTurns } from './steps'

/** Rows read at once: a few milliseconds. */
const STEP_ROWS = 4_000
/** Looking up rows one by one costs more than reading all of them when more than one in so many is asked for. */
const LOOK_UP_SHARE = 6

interface SearchCell {
  no: number
  rowCount: number
}

const foundSchema = z.tuple([z.number()]).rest(z.string().nullable())

/** Reads texts of documents and marks the rows that match. */
function marker(db: Db, documents: Documents, matcher: Matcher, mask: Mask, range: string) {
  const { sql, test } = matcher
  const { columns, from } = documents
  const isHit = sql ? `and (${columns.map((column) => sql.test(column)).join(' or ')})` : ''
  const read = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx${sql ? '' : `, ${columns.join(', ')}`} ${from} and ${range} ${isHit}`,
    row: foundSchema,
  })
  const values = sql ? columns.map(() => sql.value) : []
  return (...bounds: number[]) => {
    for (const [idx, ...texts] of read.all(documents.no, ...bounds, ...values)) {
      if (idx >= mask.length) continue
      if (sql || texts.some((text) => text !== null && test(text))) mask[idx] = 1
    }
  }
}

/** Marks the rows that match, step by step; yields where others may have their turn. */
function* search(db: Db, cell: SearchCell, matcher: Matcher): Generator<void, Mask> {
  const mask = new Uint8Array(cell.rowCount)
  for (const documents of documentsOf(db, cell.no, matcher.fields)) {
    const { index } = matcher
    const found = index && isIndexed(db, documents) ? findInIndex(db, documents, index) : null
    if (found && index?.isExact) {
      for (const idx of found) if (idx < mask.length) mask[idx] = 1
      yield
      continue
    }
    if (found && found.length * LOOK_UP_SHARE < cell.rowCount) {
      const markOne = marker(db, documents, matcher, mask, 'idx = ?')
      for (const idx of found) {
        if (mask[idx] === 1) continue
        markOne(idx)
        yield
      }
      continue
    }
    const markRange = marker(db, documents, matcher, mask, 'idx >= ? and idx < ?')
    for (let from = 0; from < cell.rowCount; from += STEP_ROWS) {
      markRange(from, from + STEP_ROWS)
      yield
    }
  }
  return mask
}

const keyOf = (cell: SearchCell, matcher: Matcher) => `find/${cell.no}/${matcher.key}`

/** Returns the rows with a text that matches; cached. */
export function findRows(db: Db, cell: SearchCell, matcher: Matcher): Mask {
  return cachesOf(db).results.get(
    keyOf(cell, matcher),
    responseStamp(db, cell.no),
    (mask: Mask) => mask.byteLength,
    () => finish(search(db, cell, matcher)),
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

/** Searches ahead of `findRows`, giving way to other requests between steps; stops when the signal is aborted. */
export async function warmFind(
  db: Db,
  cell: SearchCell,
  matcher: Matcher,
  signal?: AbortSignal,
): Promise<void> {
  const cache = cachesOf(db).results
  const key = keyOf(cell, matcher)
  if (cache.peek(key, responseStamp(db, cell.no))) return
  await inTurn(db, async () => {
    signal?.throwIfAborted()
    const stamp = responseStamp(db, cell.no)
    if (cache.peek(key, stamp)) return
    const mask = await finishInTurns(search(db, cell, matcher), signal)
    cache.put(key, stamp, mask, mask.byteLength)
  })
}
