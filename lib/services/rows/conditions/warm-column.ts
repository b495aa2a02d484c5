import type { Scope } from './types'

/** Reads a column of all cells, giving way to other requests in between. */
export async function warmColumn({ reader, cells }: Scope, { column }: { column: string }) {
  for (const cell of cells) await reader.warm(column, cell)
}
