import type { CodedValue, ColumnKind, ColumnShape } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import type { StatusName } from '@/lib/contracts/status'

/** A value of a file's column. */
export interface RawValue {
  /** The parsed JSON value; undefined where the row has no such key. */
  raw: unknown
  /** A number as it is written in the file, where the parsed one cannot say it (`1.0`, more than 53 bits). */
  literal?: string | undefined
  /** What stands between the tags of one text. */
  separator?: string | undefined
}

/** What was read, or why nothing was. */
export type KindRead = { value: number | CodedValue } | { status: StatusName }

/** One kind of column: the shape of its values, and how they are read. */
interface KindSpec {
  shape: ColumnShape
  description: string
  /** What a value must be, for reports: "3 values are not <this>". */
  wants: string
  /** Distinct values, or tags, that the column may have over the study. */
  limit: number
  /** Reads a value that is there. */
  read(value: RawValue): KindRead
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i
const NONFINITE = /^[-+]?(nan|inf(inity)?)$/i
// Flags as data sets write them.
const FLAGS = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
])

const refused = (status: StatusName): KindRead => ({ status })
const NOT_OF_KIND = refused('not_of_kind')

function readNumber({ raw, literal }: RawValue): KindRead {
  if (typeof raw !== 'number' && typeof raw !== 'string') return NOT_OF_KIND
  const text = (literal ?? String(raw)).trim()
  if (NONFINITE.test(text)) return refused('nonfinite')
  const value = Number(text)
  if (!NUMBER.test(text) || !Number.isFinite(value)) return NOT_OF_KIND
  // An id of twenty digits would be stored as another number.
  if (/^[-+]?\d+$/.test(text) && !Number.isSafeInteger(value)) return NOT_OF_KIND
  return { value }
}

function readFlag({ raw }: RawValue): KindRead {
  const value = typeof raw === 'object' ? undefined : FLAGS.get(String(raw).trim().toLowerCase())
  return value === undefined ? NOT_OF_KIND : { value }
}

/** Returns the text of a single value; null for lists and objects. */
function textOf({ raw, literal }: RawValue): string | null {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number') return literal ?? String(raw)
  return typeof raw === 'boolean' ? String(raw) : null
}

function readText(value: RawValue): KindRead {
  const text = textOf(value)
  if (text === null) return NOT_OF_KIND
  return text.length > LIMITS.columnText ? refused('value_too_long') : { value: text }
}

/** A name in lists, addresses and legends: short and on one line. */
function wordStatus(word: string): StatusName | null {
  if (word.length > LIMITS.word) return 'value_too_long'
  return /\p{Cc}/u.test(word) ? 'not_of_kind' : null
}

function readCategory(value: RawValue): KindRead {
  const text = textOf(value)
  if (text === null) return NOT_OF_KIND
  const status = wordStatus(text)
  return status === null ? { value: text } : refused(status)
}

function listIn(text: string, separator: string | undefined): unknown {
  if (separator !== undefined) {
    const parts = text.split(separator).map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function readTags({ raw, separator }: RawValue): KindRead {
  const list = typeof raw === 'string' ? listIn(raw, separator) : raw
  if (!Array.isArray(list) || list.length > LIMITS.rowTags) return NOT_OF_KIND
  const tags: string[] = []
  for (const tag of list as unknown[]) {
    if (typeof tag !== 'string' || tag === '') return NOT_OF_KIND
    const status = wordStatus(tag)
    if (status !== null) return refused(status)
    tags.push(tag)
  }
  return { value: tags }
}

/** Each kind of column. */
export const KINDS: Record<ColumnKind, KindSpec> = {
  number: {
    shape: 'scalar',
    description: 'Number of a column of the imported file.',
    wants: 'a number',
    limit: Infinity,
    read: readNumber,
  },
  boolean: {
    shape: 'boolean',
    description: 'Yes or no of a column of the imported file.',
    wants: 'true or false (or yes or no, 1 or 0)',
    limit: 2,
    read: readFlag,
  },
  category: {
    shape: 'category',
    description: 'Category of a column of the imported file.',
    wants: 'a text on one line',
    limit: LIMITS.categories,
    read: readCategory,
  },
  tags: {
    shape: 'tags',
    description: 'Tags of a column of the imported file.',
    wants: 'a list of texts',
    limit: LIMITS.tags,
    read: readTags,
  },
  text: {
    shape: 'text',
    description: 'Text of a column of the imported file.',
    wants: 'a text',
    limit: LIMITS.distinctValues,
    read: readText,
  },
}

/** Returns a column's value in a row as its kind reads it; a value that is absent or empty is `not_in_file`. */
export function readKind(kind: ColumnKind, value: RawValue): KindRead {
  const { raw } = value
  const isAbsent = raw === undefined || raw === null || (typeof raw === 'string' && !raw.trim())
  return isAbsent ? refused('not_in_file') : KINDS[kind].read(value)
}
