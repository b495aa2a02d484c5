import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { textBacklog } from '@/db/schema'
import { FIND_FIELDS, type FindField } from '@/lib/contracts/find'
import { currentResponseSet } from '../cells'

/** Texts of a file that are stored together: the rows of a cell, or its current responses. */
export interface Documents {
  kind: 'rows' | 'responses'
  /** Key of the cell or of the response set. */
  no: number
  /** Columns with the searched texts, as the table has them. */
  columns: string[]
  /** FROM and WHERE that choose them; the key is bound. */
  from: string
}

// The triggers of the migration number a document so: key x 2^33 + (2^32 for responses) + row.
const KEY = 2n ** 33n
const RESPONSES = 2n ** 32n

/** Returns where the texts of these fields lie in a cell. */
export function documentsOf(
  db: Db,
  cellNo: number,
  fields: readonly FindField[] = FIND_FIELDS,
): Documents[] {
  const found: Documents[] = []
  const columns = fields.filter((field) => field !== 'response')
  if (columns.length > 0) {
    found.push({ kind: 'rows', no: cellNo, columns, from: 'from rows where cell_no = ?' })
  }
  const set = fields.includes('response') ? currentResponseSet(db, cellNo) : null
  if (set) {
    const from = 'from responses where set_no = ?'
    found.push({ kind: 'responses', no: set.no, columns: ['text'], from })
  }
  return found
}

/** Returns whether the index holds all of these texts; those of old studies are added by a job. */
export function isIndexed(db: Db, { kind, no }: Documents): boolean {
  const waiting = and(eq(textBacklog.kind, kind), eq(textBacklog.no, no))
  return db.select({ no: textBacklog.no }).from(textBacklog).where(waiting).get() === undefined
}

/** An index of texts and the FTS5 query that is asked of it. */
export interface IndexQuery {
  table: 'text_words' | 'text_trigrams'
  query: string
  /**
   * How many documents one look at the index goes over: each look begins anew, which costs much for beginnings of words and for several
   * terms, and nobody else has a turn meanwhile.
   */
  span: number
}

const firstOf = ({ kind, no }: Documents) =>
  BigInt(no) * KEY + (kind === 'responses' ? RESPONSES : 0n)

/** Documents that follow each other in the index, so many at a time; what lies between belongs to other files and is passed over. */
function spansOf<D extends Documents>(documents: readonly D[], span: number): D[][] {
  const spans: D[][] = []
  let end = 0n
  for (const one of documents.toSorted((a, b) => (firstOf(a) < firstOf(b) ? -1 : 1))) {
    const last = spans.at(-1)
    const first = firstOf(one)
    if (last && last.length < span && first - end < RESPONSES * BigInt(span)) last.push(one)
    else spans.push([one])
    end = first + RESPONSES
  }
  return spans
}

/** Reads one text of numbers apart by spaces: a row of a result for each takes SQLite four times as long. */
export const numbersSchema = z.instanceof(Buffer).nullable()

/** Gives each number of such a text to `take`. */
export function eachNumber(numbers: Buffer | null, take: (value: number) => void): void {
  if (numbers === null) return
  let value = 0
  for (let at = 0; at < numbers.length; at += 1) {
    const digit = (numbers[at] as number) - 48
    if (digit >= 0) value = value * 10 + digit
    else {
      take(value)
      value = 0
    }
  }
  take(value)
}

/** What the index found of some documents; null where it would be more than was asked for. */
interface InIndex<D> {
  documents: D[]
  found: ((take: (document: D, idx: number) => void) => void) | null
}

/**
 * Yields which rows of documents an FTS5 query finds, some documents at a time; `mostOf` says how many of that many rows are worth
 * to know.
 */
export function* findInIndex<D extends Documents>(
  db: Db,
  documents: readonly D[],
  { table, query, span }: IndexQuery,
  mostOf: (part: readonly D[]) => number | null,
): Generator<InIndex<D>> {
  const why = 'asks the index of texts, which drizzle does not know'
  const id = `rowid - ?`
  const rows = `from ${table} where ${table} match ? and rowid between ? and ?`
  const all = hotRead(db, {
    why,
    sql: `select cast(group_concat(${id}, ' ') as blob) ${rows}`,
    row: numbersSchema,
  })
  const limited = hotRead(db, {
    why,
    sql: `select count(*), cast(group_concat(id, ' ') as blob) from (select ${id} as id ${rows} limit ?)`,
    row: z.tuple([z.number(), numbersSchema]),
  })
  for (const part of spansOf(documents, span)) {
    const first = firstOf(part[0] as D)
    const upTo = (last: D) => [first, query, first, firstOf(last) + RESPONSES - 1n] as const
    const few = (among: readonly D[]) => {
      const most = mostOf(among)
      const bound = upTo(among.at(-1) as D)
      if (most === null) return { numbers: all.get(...bound) }
      const [count, numbers] = limited.get(...bound, most + 1) ?? [0, null]
      return count > most ? null : { numbers }
    }
    // Where the first one holds too many, the others hardly hold few: they are not asked for as many as are too many.
    const isFew = part.length === 1 || mostOf(part) === null || few(part.slice(0, 1)) !== null
    const result = isFew ? few(part) : null
    yield {
      documents: part,
      found: result && ((take) => split(part, result.numbers, take)),
    }
  }
}

/** Gives each number to its document. */
function split<D extends Documents>(
  part: readonly D[],
  numbers: Buffer | null,
  take: (document: D, idx: number) => void,
): void {
  const width = Number(RESPONSES)
  const base = firstOf(part[0] as D)
  const byPlace = new Map(part.map((one) => [Number((firstOf(one) - base) / RESPONSES), one]))
  let start = 0
  let document = part[0]
  eachNumber(numbers, (value) => {
    if (value < start || value >= start + width) {
      const place = Math.floor(value / width)
      start = place * width
      document = byPlace.get(place)
    }
    if (document) take(document, value - start)
  })
}
