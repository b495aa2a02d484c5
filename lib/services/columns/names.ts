import type { Column } from '@/lib/columns/column'

const names = new WeakMap<Column['values'], string>()
let named = 0

/** Returns the column, its values called by what they are: the same values read again have the same name. */
export function called(column: Column, name: string): Column {
  names.set(column.values, name)
  return column
}

/** Returns the name of the values of a column: other values, another name. */
export function nameOf(values: Column['values']): string {
  const known = names.get(values)
  if (known !== undefined) return known
  named += 1
  names.set(values, String(named))
  return String(named)
}
