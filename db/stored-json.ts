import { customType } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import { AppError } from '@/lib/errors'

/** Stands for a stored text that is not JSON, until `readStored` says where it lies. */
class NotJson {
  readonly problem = 'it is not JSON'
}

/** A column of JSON text; whoever reads a row gives its values to `readStored`. */
export const storedJson = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver(text) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return new NotJson()
    }
  },
})

/** Where a stored value lies. */
interface StoredPlace {
  table: string
  id: string
  field: string
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
  return `${at}${issue?.message ?? 'it does not fit'}`
}

/** Returns a stored JSON value as its schema reads it; throws `data_error` that names table, id and field when it does not fit. */
export function readStored<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: StoredPlace,
): z.output<S> {
  const parsed = value instanceof NotJson ? null : schema.safeParse(value)
  if (parsed?.success) return parsed.data
  const problem = parsed ? problemOf(parsed.error.issues[0]) : (value as NotJson).problem
  const { table, id, field } = place
  throw new AppError(
    'data_error',
    `The database holds a value that cannot be read: table ${table}, id ${id}, field ${field} (${problem}). Restore a backup of the database, or delete this entry.`,
    { details: { table, id, field } },
  )
}
