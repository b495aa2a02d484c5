import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { textBacklog } from '@/db/schema'
import type { Mask } from '@/lib/columns/filter'
import { FIND_FIELDS, type FindField } from '@/lib/contracts/find'
import { currentResponseSet } from '../cells'
import type { Asked } from './side-reader'

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

/** Returns what says whether the index holds all of some texts; those of old studies are added by a job. */
export function indexedNow(db: Db): (documents: Documents) => boolean {
  const waiting = db.select().from(textBacklog).all()
  return ({ kind, no }) => !waiting.some((one) => one.kind === kind && one.no === no)
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

/** Documents with one byte a row. */
export interface Marked extends Documents {
  mask: Mask
}

/** Marks the row of each number of such a text: documents that follow each other in the index, each number of its row there. */
export function markNumbers(part: readonly Marked[], numbers: Uint8Array | null): void {
  if (numbers === null) return
  const width = Number(RESPONSES)
  const base = firstOf(part[0] as Marked)
  const byPlace = new Map(part.map((one) => [Number((firstOf(one) - base) / RESPONSES), one.mask]))
  const none = new Uint8Array()
  let start = 0
  let mask = part[0]?.mask ?? none
  let value = 0
  for (let at = 0; at <= numbers.length; at += 1) {
    // A blank, or the end.
    const digit = at < numbers.length ? (numbers[at] as number) - 48 : -1
    if (digit >= 0) {
      value = value * 10 + digit
      continue
    }
    if (value < start || value >= start + width) {
      const place = Math.floor(value / width)
      start = place * width
      mask = byPlace.get(place) ?? none
    }
    if (value - start < mask.length) mask[value - start] = 1
    value = 0
  }
}

/** A reading of numbers that anyone may do, and what becomes of them. */
export interface Reading extends Asked {
  take(numbers: Uint8Array | null): void
}

const ID = 'rowid - ?'
const foundIn = (table: IndexQuery['table']) =>
  `from ${table} where ${table} match ? and rowid between ? and ?`

/** Values for a look at the index, for the documents from the first up to another one. */
const boundsOf = (query: string, from: Documents, to: Documents) =>
  [firstOf(from), query, firstOf(from), firstOf(to) + RESPONSES - 1n] as const

/** Yields readings that mark each row which an FTS5 query finds, some documents at a time. */
export function* readIndex(
  documents: readonly Marked[],
  { table, query, span }: IndexQuery,
): Generator<Reading> {
  const sql = `select cast(group_concat(${ID}, ' ') as blob) ${foundIn(table)}`
  for (const part of spansOf(documents, span)) {
    const values = boundsOf(query, part[0] as Marked, part.at(-1) as Marked)
    yield { sql, values, take: (numbers) => markNumbers(part, numbers) }
  }
}

/** What the index found of some documents, in masks of its own; null where it would be more than was asked for. */
interface InIndex<D> {
  documents: D[]
  found: Mask[] | null
}

/**
 * Yields which rows of documents an FTS5 query finds, some documents at a time; `mostOf` says how many of that many rows are worth
 * to know.
 */
export function* findInIndex<D extends Marked>(
  db: Db,
  documents: readonly D[],
  { table, query, span }: IndexQuery,
  mostOf: (part: readonly D[]) => number,
): Generator<InIndex<D>> {
  const limited = hotRead(db, {
    why: 'asks the index of texts, which drizzle does not know',
    sql: `select count(*), cast(group_concat(id, ' ') as blob) from (select ${ID} as id ${foundIn(table)} limit ?)`,
    row: z.tuple([z.number(), numbersSchema]),
  })
  for (const part of spansOf(documents, span)) {
    const few = (among: readonly D[]) => {
      const most = mostOf(among)
      const bounds = boundsOf(query, part[0] as D, among.at(-1) as D)
      const [count, numbers] = limited.get(...bounds, most + 1) ?? [0, null]
      return count > most ? null : { numbers }
    }
    // Where the first one holds too many, the others hardly hold few: they are not asked for as many as are too many.
    const isFew = part.length === 1 || few(part.slice(0, 1)) !== null
    const result = isFew ? few(part) : null
    const found = part.map((one) => ({ ...one, mask: new Uint8Array(one.mask.length) }))
    if (result) markNumbers(found, result.numbers)
    yield { documents: part, found: result && found.map(({ mask }) => mask) }
  }
}
