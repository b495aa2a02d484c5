import type { RunResult, Statement } from 'better-sqlite3'
import type { z } from 'zod'
import type { Db } from './client'

/** A value that is bound to a statement, by its position. */
export type Bound = string | number | bigint | Uint8Array | null

/** What a statement is run with: values by position, or one object of values by name. */
type Binding = readonly Bound[] | readonly [Readonly<Record<string, Bound>>]

/** A statement that drizzle does not build. */
export interface HotSql {
  /** Why it must be SQL: which path is hot, or what only SQL can do. */
  why: string
  sql: string
}

/** A statement that returns rows: a tuple is read as an array, an object by its names, anything else is the first column. */
export interface HotRead<S extends z.ZodType> extends HotSql {
  row: S
}

/** Runs a statement and returns its rows. */
export interface Reader<Row> {
  get(...values: Binding): Row | null
  all(...values: Binding): Row[]
  iterate(...values: Binding): Iterable<Row>
}

// As on the wire: rows are checked in development and tests, where a wrong type is found without costing anybody time.
const CHECKS_ROWS = process.env.NODE_ENV !== 'production'

function* checked<Row>(rows: Iterable<unknown>, schema: z.ZodType): Iterable<Row> {
  for (const row of rows) {
    schema.parse(row)
    yield row as Row
  }
}

// Preparing costs more than a look at one row, and a table or figure looks at hundreds. Kept as long as the connection.
const kept = new WeakMap<object, Map<string, Statement<unknown[]>>>()
// More than the product has; texts with lists of their own length must not fill the memory.
const MOST_KEPT = 500

/** The statement of a text that is read in one mode. */
function statementFor(db: Db, sql: string, type: string): Statement<unknown[]> {
  let statements = kept.get(db.$client)
  if (!statements) kept.set(db.$client, (statements = new Map()))
  const mode = type === 'tuple' || type === 'object' ? type : 'single'
  const key = `${mode} ${sql}`
  const found = statements.get(key)
  // One that is gone through row by row may not be run again before its end.
  if (found && !found.busy) return found
  const made: Statement<unknown[]> = db.$client.prepare(sql)
  if (mode === 'tuple') made.raw()
  else if (mode === 'single') made.pluck()
  if (statements.size >= MOST_KEPT) statements.clear()
  statements.set(key, made)
  return made
}

/** Returns a prepared statement that reads rows of the given shape; values are bound, never part of the text. */
export function hotRead<S extends z.ZodType>(
  db: Db,
  { sql, row: schema }: HotRead<S>,
): Reader<z.output<S>> {
  type Row = z.output<S>
  const statement = () => statementFor(db, sql, schema.type)
  return {
    get(...values) {
      const row = statement().get(...values)
      if (row === undefined) return null
      if (CHECKS_ROWS) schema.parse(row)
      return row as Row
    },
    all(...values) {
      const rows = statement().all(...values)
      if (CHECKS_ROWS) for (const row of rows) schema.parse(row)
      return rows as Row[]
    },
    iterate(...values) {
      const rows = statement().iterate(...values)
      return CHECKS_ROWS ? checked<Row>(rows, schema) : (rows as Iterable<Row>)
    },
  }
}

/** Returns a prepared statement that changes rows; values are bound, never part of the text. */
export function hotWrite(db: Db, { sql }: HotSql): { run(...values: Binding): RunResult } {
  const statement: Statement<unknown[]> = db.$client.prepare(sql)
  return { run: (...values) => statement.run(...values) }
}
