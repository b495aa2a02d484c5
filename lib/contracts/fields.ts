import { z } from 'zod'

function fieldsOf<S extends z.ZodType>(schema: S) {
  return <const Names extends readonly string[]>(...names: Names) =>
    Object.fromEntries(names.map((name) => [name, schema])) as { [Name in Names[number]]: S }
}

/** Returns fields of these names that hold text, to be spread into an object. */
export const texts = fieldsOf(z.string())

/** Returns fields of these names that hold a number. */
export const numbers = fieldsOf(z.number())

/** Returns fields of these names that are true or false. */
export const booleans = fieldsOf(z.boolean())

/** Returns fields of these names that hold text or null. */
export const textsOrNull = fieldsOf(z.string().nullable())

/** Returns fields of these names that hold a number or null. */
export const numbersOrNull = fieldsOf(z.number().nullable())

/** Returns the schema of a key of these labels. */
export const keyOf = <L extends object>(labels: L) =>
  z.enum(Object.keys(labels) as (keyof L & string)[])
