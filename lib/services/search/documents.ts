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
}

/** Returns the rows whose texts an FTS5 query finds, ascending. */
export function findInIndex(db: Db, { kind, no }: Documents, { table, query }: IndexQuery) {
  const first = BigInt(no) * KEY + (kind === 'responses' ? RESPONSES : 0n)
  return hotRead(db, {
    why: 'asks the index of texts, which drizzle does not know',
    sql: `select rowid - ? from ${table} where ${table} match ? and rowid between ? and ?`,
    row: z.number(),
  }).all(first, query, first, first + RESPONSES - 1n)
}
