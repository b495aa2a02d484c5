import { atomsOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'

const SEARCHES = new Set(['text', 'words', 'regex'])

/** Returns whether a filter searches the texts of rows. */
export function isSearch({ text, find, where }: RowFilter): boolean {
  const atoms = where ? atomsOf(where) : []
  return text.trim() !== '' || find !== undefined || atoms.some(({ is }) => SEARCHES.has(is))
}
