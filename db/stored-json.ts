import type Database from 'better-sqlite3'
import { sql, type SQL } from 'drizzle-orm'
import { customType, getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import { AppError } from '@/lib/errors'

// Open databases of this process, in which the entry of a value that cannot be read is looked for.
const databases = new Set<Database.Database>()

/** Makes errors about stored values name the entry of this database. */
export function nameEntriesOf(database: Database.Database): void {
  for (const known of databases) if (!known.open) databases.delete(known)
  databases.add(database)
}

/** Where a stored value lies. */
interface StoredPlace {
  table: string
  id: string
  field: string
}

/** Stands in a row for a value that cannot be read, while `readableRows` reads a list. */
class Unreadable {
  constructor(readonly error: AppError) {}
}

// Set while a list is read. Queries are synchronous, so nothing else reads meanwhile.
let keepsUnreadable = false

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
  return `${at}${issue?.message ?? 'it does not fit'}`
}

function unreadable({ table, id, field }: StoredPlace, problem: string): AppError {
  return new AppError(
    'data_error',
    `The database holds a value that cannot be read: table ${table}, id ${id}, field ${field} (${problem}). Restore a backup of the database, or delete this entry.`,
    { details: { table, id, field } },
  )
}

/** Finds the entry that holds this text; its id, or its key where the table has no ids. */
function placeOf(column: SQLiteColumn, text: string): StoredPlace {
  const { name: table, columns } = getTableConfig(column.table)
  const key = columns.find(({ name }) => name === 'id') ?? columns.find(({ primary }) => primary)
  const find = `select "${key?.name ?? 'rowid'}" from "${table}" where "${column.name}" = ?`
  for (const database of databases) {
    const id = database.open ? database.prepare(find).pluck().get(text) : undefined
    if (id !== undefined) return { table, id: String(id), field: column.name }
  }
  return { table, id: 'unknown', field: column.name }
}

/** Returns the value of a stored JSON text as its schema reads it; `data_error` names table, id and field where it does not fit. */
export function readStored<S extends z.ZodType>(
  schema: S,
  text: string,
  place: () => StoredPlace,
): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unreadable(place(), 'it is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw unreadable(place(), problemOf(parsed.error.issues[0]))
}

/** Returns a column of JSON text that is parsed by its schema whenever a row is read; see `readStored` for what does not fit. */
export function storedJson<S extends z.ZodType>(name: string, schema: S) {
  return customType<{ data: z.output<S>; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver(text) {
      // Drizzle calls this as a method of the column, which alone knows its table.
      const column = this as unknown as SQLiteColumn
      try {
        return readStored(schema, text, () => placeOf(column, text))
      } catch (error) {
        if (!keepsUnreadable || !(error instanceof AppError)) throw error
        return new Unreadable(error) as z.output<S>
      }
    },
  })(name)
}

/** Returns the part of a column's JSON at this path, null where the text is not JSON: whoever reads the whole value says so. */
export function jsonPart<T>(column: SQLiteColumn, path: string): SQL<T> {
  return sql<T>`case when json_valid(${column}) then json_extract(${column}, ${path}) end`
}

/** A row of a list that cannot be read: its values, and what is wrong with the first that does not fit. */
export interface UnreadableRow<R> {
  row: Partial<R>
  error: AppError
}

/** Returns the rows of a list, and apart from them those with a value that cannot be read, so that one of them does not hide the others. */
export function readableRows<R extends object>(
  query: () => R[],
): { rows: R[]; unreadable: UnreadableRow<R>[] } {
  keepsUnreadable = true
  let found: R[]
  try {
    found = query()
  } finally {
    keepsUnreadable = false
  }
  const rows: R[] = []
  const broken: UnreadableRow<R>[] = []
  for (const row of found) {
    const bad = Object.entries(row).filter(([, value]) => value instanceof Unreadable)
    const [first] = bad
    if (!first) rows.push(row)
    else {
      const left = Object.entries(row).filter(([, value]) => !(value instanceof Unreadable))
      broken.push({
        row: Object.fromEntries(left) as Partial<R>,
        error: (first[1] as Unreadable).error,
      })
    }
  }
  return { rows, unreadable: broken }
}
