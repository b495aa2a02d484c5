import { getTableColumns } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { errorMessage } from '@/lib/errors'

/** A value as the database stores it. */
export type Stored = string | number | Buffer | null

// As in the schema: what is no text, number or blob there is JSON text that the column's own schema reads.
const IS_BLOB = 'SQLiteBlobBuffer'
const IS_JSON = 'SQLiteCustomColumn'

/** Text columns that hold JSON which SQL reads as well, so the schema has them as text. */
const JSON_TEXTS = new Set([
  'rows.history',
  'rows.messages',
  'rows.tools',
  'rows.extra',
  'row_details.detail',
  'column_values.value',
])

const HALF_PAIR = /\p{Surrogate}/u

function jsonProblem(read: () => unknown): string | null {
  try {
    read()
    return null
  } catch (error) {
    return errorMessage(error)
  }
}

function textProblem(column: SQLiteColumn, place: string, value: string): string | null {
  if (HALF_PAIR.test(value)) return 'holds half of a character'
  if (column.columnType === IS_JSON)
    return jsonProblem(() => column.mapFromDriverValue(value)) && 'does not fit its schema'
  if (JSON_TEXTS.has(place)) return jsonProblem(() => JSON.parse(value)) && 'is not JSON'
  return column.enumValues && !column.enumValues.includes(value)
    ? `is none of ${column.enumValues.join(', ')}`
    : null
}

function problemOf(column: SQLiteColumn, place: string, value: unknown): string | null {
  if (value === null) return column.notNull ? 'is missing' : null
  switch (column.columnType) {
    case IS_BLOB:
      return Buffer.isBuffer(value) ? null : 'is not base64'
    case 'SQLiteInteger':
      return Number.isSafeInteger(value) ? null : 'is not a whole number'
    case 'SQLiteBoolean':
      return value === 0 || value === 1 ? null : 'is neither 0 nor 1'
    case 'SQLiteReal':
      return Number.isFinite(value) ? null : 'is not a number'
    default:
      return typeof value === 'string' ? textProblem(column, place, value) : 'is not text'
  }
}

/** Reads and writes the entries of one table: a line of JSON each, blobs as base64. */
export interface EntryFormat {
  /** Returns the line of a stored entry; throws `data_error` where a value of it cannot be read. */
  line(entry: readonly unknown[]): string
  /** Returns the entry of a line, every value checked; throws an Error that says what is wrong. */
  entry(line: string): Stored[]
}

/** Returns how entries are read and written whose values stand in the order of these columns. */
export function entryFormat(
  table: SQLiteTable,
  name: string,
  columns: readonly SQLiteColumn[],
): EntryFormat {
  const places = columns.map((column) => `${name}.${column.name}`)
  const blobs = columns.flatMap(({ columnType }, k) => (columnType === IS_BLOB ? [k] : []))
  const json = Object.values(getTableColumns(table)).flatMap((column) => {
    const k = columns.indexOf(column as SQLiteColumn)
    return column.columnType === IS_JSON && k >= 0 ? [[k, column] as const] : []
  })
  return {
    line(entry) {
      for (const [k, column] of json) if (entry[k] !== null) column.mapFromDriverValue(entry[k])
      const values = [...entry]
      for (const k of blobs) values[k] = (values[k] as Buffer | null)?.toString('base64') ?? null
      return `${JSON.stringify(values)}\n`
    },
    entry(line) {
      const values: unknown = JSON.parse(line)
      if (!Array.isArray(values) || values.length !== columns.length)
        throw new Error(`expected a list of ${columns.length} values`)
      for (const k of blobs)
        if (typeof values[k] === 'string') values[k] = Buffer.from(values[k], 'base64')
      for (let k = 0; k < columns.length; k += 1) {
        const column = columns[k] as SQLiteColumn
        const problem = problemOf(column, places[k] as string, values[k])
        if (problem) throw new Error(`the value of ${column.name} ${problem}`)
      }
      return values as Stored[]
    },
  }
}
