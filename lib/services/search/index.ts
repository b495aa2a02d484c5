import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Mask } from '@/lib/columns/filter'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import {
  documentsOf,
  findInIndex,
  indexedNow,
  markNumbers,
  readIndex,
  type Marked,
  type Reading,
} from './documents'
import type { Matcher } from './matcher'
import { inTurns, readHere } from './readings'
import { finish } from './steps'

/** Rows read at once: a few milliseconds. */
const STEP_ROWS = 4_000
/**
 * Looking up rows one by one costs more than reading all of them when more than one in so many is asked for: SQL tests a text in less
 * time than a row takes to look up, a regular expression does not.
 */
const LOOK_UP_SHARE = { sql: 16, test: 5 }

interface SearchCell {
  no: number
  rowCount: number
}

/** How far a search has read: rows of texts, of those that it has to read. */
export interface SearchProgress {
  done: number
  total: number
}

/** The search that reads texts now, by connection. */
const reading = new WeakMap<object, SearchProgress>()

/** Returns how far the search that reads texts now is; null while none does. */
export function searchProgress(db: Db): SearchProgress | null {
  return reading.get(db.$client) ?? null
}

const foundSchema = z.tuple([z.number()]).rest(z.string().nullable())

/** Yields what reads texts of documents and marks the rows that match: by SQL whoever has time, else here. */
function marker(db: Db, documents: Marked, { sql, test }: Matcher, range: string) {
  const { columns, from, mask, no } = documents
  if (sql) {
    const tests = columns.map((column) => sql.test(column)).join(' or ')
    const text = `select cast(group_concat(idx, ' ') as blob) ${from} and ${range} and (${tests})`
    const values = columns.map(() => sql.value)
    const take = (numbers: Uint8Array | null) => markNumbers([documents], numbers)
    return function* (...bounds: number[]): Generator<Reading | null> {
      yield { sql: text, values: [no, ...bounds, ...values], take }
    }
  }
  const read = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, ${columns.join(', ')} ${from} and ${range}`,
    row: foundSchema,
  })
  return function* (...bounds: number[]): Generator<Reading | null> {
    for (const [idx, ...texts] of read.all(no, ...bounds)) {
      // Another text of the row may have matched.
      if (idx >= mask.length || mask[idx] === 1) continue
      if (texts.some((text) => text !== null && test(text))) mask[idx] = 1
    }
    yield null
  }
}

/** What is left to do of a search: a reading, or null after a part that is done. */
type Steps<T> = Generator<Reading | null, T>

/** Marks what the index finds, and returns the documents that have to be read whole. */
function* lookUp(db: Db, all: Marked[], matcher: Matcher): Steps<Marked[]> {
  const { index, sql } = matcher
  if (!index) return all
  const isIndexed = indexedNow(db)
  const toRead = all.filter((documents) => !isIndexed(documents))
  const indexed = all.filter((documents) => !toRead.includes(documents))
  if (index.isExact) {
    yield* readIndex(indexed, index)
    return toRead
  }
  const share = LOOK_UP_SHARE[sql ? 'sql' : 'test']
  const mostOf = (part: readonly Marked[]) =>
    Math.ceil(part.reduce((sum, { mask }) => sum + mask.length, 0) / share)
  for (const { documents: part, found } of findInIndex(db, indexed, index, mostOf)) {
    if (!found) toRead.push(...part)
    else
      for (const [k, documents] of part.entries()) {
        const candidates = found[k] as Mask
        const markOne = marker(db, documents, matcher, 'idx = ?')
        for (let idx = candidates.indexOf(1); idx >= 0; idx = candidates.indexOf(1, idx + 1))
          if (documents.mask[idx] !== 1) yield* markOne(idx)
      }
    yield null
  }
  return toRead
}

/** Marks the rows of each cell that match, step by step, between which others may have their turn. */
function* search(db: Db, cells: readonly SearchCell[], matcher: Matcher): Steps<Mask[]> {
  const masks = cells.map(({ rowCount }) => new Uint8Array(rowCount))
  const all = cells.flatMap(({ no }, k) =>
    documentsOf(db, no, matcher.fields).map((one) => ({ ...one, mask: masks[k] as Mask })),
  )
  const toRead = yield* lookUp(db, all, matcher)
  const total = toRead.reduce((sum, { mask }) => sum + mask.length, 0)
  const progress = { done: 0, total }
  if (total > 0) reading.set(db.$client, progress)
  for (const documents of toRead) {
    const markRange = marker(db, documents, matcher, 'idx >= ? and idx < ?')
    for (let from = 0; from < documents.mask.length; from += STEP_ROWS) {
      yield* markRange(from, from + STEP_ROWS)
      progress.done += Math.min(STEP_ROWS, documents.mask.length - from)
    }
  }
  return masks
}

const keyOf = (cell: SearchCell, matcher: Matcher) => `find/${cell.no}/${matcher.key}`

/** Returns the rows with a text that matches; cached. */
export function findRows(db: Db, cell: SearchCell, matcher: Matcher): Mask {
  return cachesOf(db).results.get(
    keyOf(cell, matcher),
    responseStamp(db, cell.no),
    (mask: Mask) => mask.byteLength,
    () => finish(readHere(db, search(db, [cell], matcher)))[0] as Mask,
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

/** Searches cells ahead of `findRows`, giving way to other requests between steps; stops when the signal is aborted. */
export async function warmFind(
  db: Db,
  cells: readonly SearchCell[],
  matcher: Matcher,
  signal?: AbortSignal,
): Promise<void> {
  const cache = cachesOf(db).results
  const open = () =>
    cells
      .map((cell) => ({ ...cell, key: keyOf(cell, matcher), stamp: responseStamp(db, cell.no) }))
      .filter(({ key, stamp }) => !cache.peek(key, stamp))
  if (open().length === 0) return
  await inTurn(db, async () => {
    signal?.throwIfAborted()
    const missing = open()
    const rows = missing.reduce((sum, { rowCount }) => sum + rowCount, 0)
    const steps = search(db, missing, matcher)
    const masks = await inTurns(db, steps, { rows, signal }).finally(() =>
      reading.delete(db.$client),
    )
    missing.forEach(({ key, stamp }, k) => {
      const mask = masks[k] as Mask
      cache.put(key, stamp, mask, mask.byteLength)
    })
  })
}
