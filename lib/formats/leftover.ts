import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import { mayBeInstruction, mayBeResponse, plainName, tellsAboutRow } from './shared/column-names'
import { isObject, own, valueAt } from './shared/column-path'
import type { ColumnMapping, HeadInfo, JsonObject, JsonValue } from './types'

/** A column, or a place inside one, that holds texts and that the mapping does not use. */
export interface Leftover {
  column: string
  /** Its name says that it may be the response. */
  mayBeResponse: boolean
  mayBeInstruction: boolean
  /** Most texts one row has there; above 1 only the first would be read. */
  most: number
}

// A column that is a text in most rows is one.
const MOST = 0.5
// Fewer rows do not show whether texts repeat like labels.
const MANY_ROWS = 20
/** Keys of the text inside an object, when none says that it is the response. */
const INNER_KEYS = ['text', 'content', 'value']
/** Answers that were turned down are never offered. */
const REJECTED = /reject|worse|bad_/
/** Ids, hashes, numbers, dates and addresses are no texts. */
const NO_TEXT = /^[\s\d.,:+-]*$|^[0-9a-f-]{16,}$|^https?:\/\/\S+$|^\d{4}-\d\d-\d\d/i

function innerKey(item: JsonObject): string | null {
  const isText = (key: string) => typeof own(item, key) === 'string'
  const keys = Object.keys(item).filter((key) => isText(key) && !/[.[\]]/.test(key))
  const named = keys.find((key) => mayBeResponse(key) && !REJECTED.test(key))
  return named ?? INNER_KEYS.find((key) => keys.includes(key)) ?? null
}

/** Returns the place of the first text inside a value, null when there is none. */
function placeIn(column: string, value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return column
  if (/[.[\]]/.test(column) || value === undefined || value === null) return null
  const first = Array.isArray(value) ? value[0] : undefined
  if (typeof first === 'string') return `${column}[0]`
  const item = Array.isArray(value) ? first : value
  if (!isObject(item)) return null
  const key = innerKey(item)
  const start = Array.isArray(value) ? `${column}[0]` : column
  if (key !== null) return `${start}.${key}`
  // SQuAD and its kin: {text: [...]}.
  const list = INNER_KEYS.find((name) => {
    const inner = own(item, name)
    return Array.isArray(inner) && typeof inner[0] === 'string'
  })
  return list === undefined ? null : `${start}.${list}[0]`
}

function isLabel(texts: readonly string[]): boolean {
  if (texts.every((text) => NO_TEXT.test(text))) return true
  return texts.length >= MANY_ROWS && new Set(texts).size <= texts.length / 5
}

/** Returns the columns of texts that a mapping leaves over, in the order of the file. */
export function leftoverTexts(head: HeadInfo, mapping: ColumnMapping): Leftover[] {
  const used = new Set(MAPPED_FIELDS.map((field) => mapping[field]))
  const found: Leftover[] = []
  for (const key of head.keys) {
    if (used.has(key) || REJECTED.test(plainName(key))) continue
    const isNamed = mayBeResponse(key)
    if (!isNamed && tellsAboutRow(key)) continue
    const filled = head.objects.find((row) => placeIn(key, own(row, key)) !== null)
    const column = filled ? placeIn(key, own(filled, key)) : null
    if (column === null || used.has(column) || (column !== key && !isNamed)) continue
    const texts = head.objects
      .map((row) => valueAt(row, column))
      .filter((text): text is string => typeof text === 'string' && text !== '')
    if (texts.length <= MOST * head.objects.length || (!isNamed && isLabel(texts))) continue
    const lengths = head.objects.map((row) => {
      const value = own(row, key)
      return Array.isArray(value) ? value.length : 1
    })
    found.push({
      column,
      mayBeResponse: isNamed,
      mayBeInstruction: mayBeInstruction(key),
      most: Math.max(...lengths),
    })
  }
  return found
}
