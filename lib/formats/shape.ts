import { createHash } from 'node:crypto'
import { pointerStep } from './containers/json-exact'
import { isObject } from './shared/column-path'
import type { JsonValue, RawRow } from './types'

/** Levels of nesting that tell shapes apart: a chat is a list of objects with keys. */
const MAX_DEPTH = 4
/** Items of a list that are looked at; the first messages of a chat show its keys. */
const MAX_ITEMS = 20
/** Places with their kinds that a shape has at most; objects whose keys are data have no shape. */
const MAX_PLACES = 2_000

/**
 * Returns a hash of the keys of rows and the kinds of their values, at any place that a mapping can name; equal for files that the same
 * program wrote. Order of keys and values that are null do not count. Null where rows have no keys, or keys that are data.
 */
export function shapeOf(rows: readonly RawRow[]): string | null {
  const places = new Set<string>()
  const walk = (value: JsonValue, path: string, pointer: string, row: RawRow, depth: number) => {
    places.add(`:${path}`)
    if (places.size > MAX_PLACES || value === null) return
    const isList = Array.isArray(value)
    // Numbers that no double holds stand as text.
    const isLiteral = row.literals?.[pointer] !== undefined
    const kind = isList ? 'list' : isLiteral ? 'number' : typeof value
    places.add(`${kind}:${path}`)
    if (depth >= MAX_DEPTH) return
    if (isList) {
      for (const [k, item] of value.slice(0, MAX_ITEMS).entries()) {
        walk(item, `${path}/[]`, `${pointer}/${k}`, row, depth + 1)
      }
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        const step = pointerStep(key)
        walk(value[key] as JsonValue, `${path}${step}`, `${pointer}${step}`, row, depth + 1)
      }
    }
  }
  for (const row of rows) {
    if (row.error || !isObject(row.value)) continue
    walk(row.value, '', '', row, 0)
    if (places.size > MAX_PLACES) return null
  }
  if (places.size <= 2) return null
  return createHash('sha256')
    .update(JSON.stringify([...places].toSorted()))
    .digest('hex')
}
