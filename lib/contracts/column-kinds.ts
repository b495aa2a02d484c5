/** What a column of a file may hold; lib/metrics/imported/kinds.ts says how each is read. */
export const COLUMN_KINDS = ['number', 'boolean', 'category', 'tags', 'text'] as const
export type ColumnKind = (typeof COLUMN_KINDS)[number]

/** Shapes whose stored numbers stand for values in the column's list of distinct values. */
const CODED_SHAPES = ['boolean', 'category', 'tags', 'text'] as const
export type CodedShape = (typeof CODED_SHAPES)[number]

/** Every shape that a column may have. */
export const COLUMN_SHAPES = ['scalar', 'vector', 'enum', 'rowRef', ...CODED_SHAPES] as const
export type ColumnShape = (typeof COLUMN_SHAPES)[number]

/** A value of a column that is no number. */
export type CodedValue = string | boolean | readonly string[]

/** Returns whether a column of this shape stores numbers of distinct values instead of the values. */
export function isCoded(shape: ColumnShape): shape is CodedShape {
  return CODED_SHAPES.some((coded) => coded === shape)
}

/** Returns whether values of this shape can be subtracted and averaged; a row index and a category are names. */
export function isQuantity(shape: ColumnShape): shape is 'scalar' | 'vector' | 'enum' {
  return shape === 'scalar' || shape === 'vector' || shape === 'enum'
}

/** Returns whether two sides can be compared by values of this shape: quantities, and yes or no as two levels. */
export function isComparable(
  shape: ColumnShape,
): shape is 'scalar' | 'vector' | 'enum' | 'boolean' {
  return isQuantity(shape) || shape === 'boolean'
}

/** Returns whether a column answers yes or no: values of a file, or a metric of these two levels. */
export function isYesNo(column: { shape: ColumnShape; levels: readonly string[] | null }): boolean {
  return column.shape === 'boolean' || column.levels?.join() === 'no,yes'
}

/** Returns whether a column of this shape has few words that many rows share, so that they can be drawn. */
export function hasWords(shape: ColumnShape): boolean {
  return shape === 'enum' || (isCoded(shape) && shape !== 'text')
}

/** Returns the words under which a value is counted, filtered and drawn: its tags, or itself. */
export function wordsOf(value: CodedValue): readonly string[] {
  if (typeof value === 'boolean') return [value ? 'yes' : 'no']
  return typeof value === 'string' ? [value] : value
}

/** Ways to filter by words. */
export const VALUE_MATCHES = ['any', 'all', 'none', 'contains'] as const
export type ValueMatch = (typeof VALUE_MATCHES)[number]

/** How a match reads in a sentence and in controls. */
export const MATCH_TEXT: Record<ValueMatch, string> = {
  any: 'is any of',
  all: 'has all of',
  none: 'is none of',
  contains: 'contains',
}

const MATCHES: Record<CodedShape, readonly ValueMatch[]> = {
  boolean: ['any', 'none'],
  category: ['any', 'none', 'contains'],
  tags: ['any', 'all', 'none'],
  text: ['contains', 'any', 'none'],
}

/** Returns the ways in which a column of this shape can be filtered by words; the first is proposed. */
export function matchesOf(shape: ColumnShape): readonly ValueMatch[] {
  if (shape === 'enum') return ['any', 'none']
  return isCoded(shape) ? MATCHES[shape] : []
}
