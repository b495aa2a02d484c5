import { applyNumbers, type Mask } from '@/lib/columns/filter'
import { wordsOf } from '@/lib/contracts/column-kinds'
import type { RangeFilter, ValueFilter } from '@/lib/contracts/column-filter'
import { LIMITS } from '@/lib/contracts/limits'
import type { ColumnHistogram } from '@/lib/contracts/rows'
import { AppError } from '@/lib/errors'
import type { ColumnReader } from '../columns'
import { outputOf } from '../columns/describe'
import { knownDictionary, type Dictionary } from '../columns/dictionary'
import type { CellRef } from '../cells'

/** Returns one byte for each number of the dictionary: 1 where its value passes. */
function keptNumbers(dictionary: Dictionary, filter: ValueFilter): Uint8Array {
  const { match, values, missing } = filter
  const kept = new Uint8Array(dictionary.values.length + 1)
  if (values.length === 0) return kept.fill(missing ? 0 : 1)
  const wanted = new Set(values)
  const parts = values.map((value) => value.toLowerCase())
  const isHit = (word: string) =>
    match === 'contains'
      ? parts.some((part) => word.toLowerCase().includes(part))
      : wanted.has(word)
  dictionary.values.forEach((value, k) => {
    const found = new Set(wordsOf(value).filter(isHit)).size
    const needed = match === 'all' ? wanted.size : 1
    kept[k + 1] = Number(match === 'none' ? found === 0 : found >= needed)
  })
  return kept
}

/** The values that a column's numbers stand for: its words, or its levels. */
function namesOf(reader: ColumnReader, column: string): Dictionary | null {
  const { levels } = outputOf(reader.sourceOf(column))
  return reader.dictionary(column) ?? (levels ? knownDictionary('category', levels) : null)
}

/** Returns what keeps the rows of a cell whose words pass the filter; throws `invalid_input` where the column has no words or levels, or not so. */
export function wordFilter(reader: ColumnReader, filter: ValueFilter) {
  const dictionary = namesOf(reader, filter.column)
  if (!dictionary?.matches.includes(filter.match)) {
    const ways = dictionary ? `Choose one of ${dictionary.matches.join(', ')}.` : 'Use a range.'
    throw new AppError(
      'invalid_input',
      `The column ${filter.column} cannot be filtered by "${filter.match}" of values. ${ways}`,
    )
  }
  const kept = keptNumbers(dictionary, filter)
  return (mask: Mask, cell: CellRef) =>
    applyNumbers(mask, reader.read(filter.column, cell), kept, filter.missing)
}

/** Throws `invalid_input` for a range over a column of words. */
export function checkRange(reader: ColumnReader, { column }: Pick<RangeFilter, 'column'>): void {
  if (!reader.dictionary(column)) return
  throw new AppError(
    'invalid_input',
    `The column ${column} holds words, so it has no range. Filter by its values.`,
  )
}

/** Returns the words of a column by their rows, the most frequent first, given the rows of each value by its number. */
export function countedWords(
  dictionary: Dictionary,
  rowsOf: Uint32Array,
): NonNullable<ColumnHistogram['words']> {
  const present = dictionary
    .countWords(rowsOf)
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows)
  const shown = present.slice(0, LIMITS.countedValues)
  return { counts: shown, more: present.length - shown.length }
}
