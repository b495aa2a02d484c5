import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Mask } from '@/lib/columns/filter'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import {
  documentsOf,
  eachNumber,
  findInIndex,
  isIndexed,
  numbersSchema,
  type Documents,
} from './documents'
import type { Matcher } from './matcher'
import { finish, finishInTurns } from './steps'

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

/** Documents of a cell and the marks of its rows. */
interface Searched extends Documents {
  mask: Mask
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

/** Reads texts of documents and marks the rows that match. */
function marker(db: Db, documents: Searched, { sql, test }: Matcher, range: string) {
  const { columns, from, mask, no } = documents
  const why = 'goes over every row of a file'
  if (sql) {
    const tests = columns.map((column) => sql.test(column)).join(' or ')
    const read = hotRead(db, {
      why,
      sql: `select cast(group_concat(idx, ' ') as blob) ${from} and ${range} and (${tests})`,
      row: numbersSchema,
    })
    const values = columns.map(() => sql.value)
    return (...bounds: number[]) =>
      eachNumber(read.get(no, ...bounds, ...values), (idx) => {
        if (idx < mask.length) mask[idx] = 1
      })
  }
  const read = hotRead(db, {
    why,
    sql: `select idx, ${columns.join(', ')} ${from} and ${range}`,
    row: foundSchema,
  })
  return (...bounds: number[]) => {
    for (const [idx, ...texts] of read.all(no, ...bounds)) {
      // Another text of the row may have matched.
      if (idx >= mask.length || mask[idx] === 1) continue
      if (texts.some((text) => text !== null && test(text))) mask[idx] = 1
    }
  }
}

/** Marks what the index finds, and returns the documents that have to be read whole. */
function* lookUp(db: Db, all: Searched[], matcher: Matcher): Generator<void, Searched[]> {
  const { index, sql } = matcher
  if (!index) return all
  const toRead = all.filter((documents) => !isIndexed(db, documents))
  const indexed = all.filter((documents) => !toRead.includes(documents))
  const share = LOOK_UP_SHARE[sql ? 'sql' : 'test']
  const mostOf = (part: readonly Searched[]) =>
    index.isExact ? null : Math.ceil(part.reduce((sum, { mask }) => sum + mask.length, 0) / share)
  for (const { documents: part, found } of findInIndex(db, indexed, index, mostOf)) {
    if (!found) toRead.push(...part)
    else if (index.isExact) {
      found(({ mask }, idx) => {
        if (idx < mask.length) mask[idx] = 1
      })
    } else {
      const rows = new Map<Searched, number[]>(part.map((documents) => [documents, []]))
      found((documents, idx) => rows.get(documents)?.push(idx))
      for (const [documents, candidates] of rows) {
        const markOne = marker(db, documents, matcher, 'idx = ?')
        for (const idx of candidates) {
          if (documents.mask[idx] !== 1) markOne(idx)
          yield
        }
      }
    }
    yield
  }
  return toRead
}

/** Marks the rows of each cell that match, step by step; yields where others may have their turn. */
function* search(db: Db, cells: readonly SearchCell[], matcher: Matcher): Generator<void, Mask[]> {
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
      markRange(from, from + STEP_ROWS)
      progress.done += Math.min(STEP_ROWS, documents.mask.length - from)
      yield
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
    () => finish(search(db, [cell], matcher))[0] as Mask,
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
    const masks = await finishInTurns(search(db, missing, matcher), signal).finally(() =>
      reading.delete(db.$client),
    )
    missing.forEach(({ key, stamp }, k) => {
      const mask = masks[k] as Mask
      cache.put(key, stamp, mask, mask.byteLength)
    })
  })
}
