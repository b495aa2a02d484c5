import { pointerStep } from '../containers/json-exact'
import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import { RowProblem } from '../types'
import { valueAt } from './column-path'
import { markRow } from './row-marks'
import type {
  CanonicalRow,
  ColumnMapping,
  JsonObject,
  JsonValue,
  RowFlag,
  RowSource,
} from '../types'

/** The canonical fields that a format has read from a row. */
export type RowFields = Pick<
  CanonicalRow,
  'instruction' | 'input' | 'output' | 'system' | 'history' | 'messages' | 'tools'
>

/** Mapped fields whose column stays in `extra` too: they say something about the row and are no part of it. */
const KEPT_FIELDS = new Set<string>(['parent', 'label'])

let lastKeys: readonly string[] | null = null
let lastMapping: ColumnMapping | null = null
let lastExtra: readonly string[] = []

/** Returns the keys that the mapping does not use; rows of one shape share their key array, so the last answer mostly holds. */
function extraKeys(keys: readonly string[], mapping: ColumnMapping): readonly string[] {
  if (keys === lastKeys && mapping === lastMapping) return lastExtra
  const fields = MAPPED_FIELDS.filter((field) => !KEPT_FIELDS.has(field))
  const used = new Set(fields.map((field) => mapping[field]))
  lastExtra = keys.filter((key) => !used.has(key))
  lastKeys = keys
  lastMapping = mapping
  return lastExtra
}

/**
 * Returns the canonical row: fields as read, all other keys in `extra`. An id that is not a string stays in `extra` too, so that its
 * type survives. `kept` names mapped keys whose original value must stay in `extra`.
 */
export function buildRow(
  source: RowSource,
  mapping: ColumnMapping,
  fields: RowFields,
  flags: RowFlag[],
  kept: readonly string[] = [],
): CanonicalRow {
  const { value, keys, literals } = source
  const rest = extraKeys(keys, mapping)
  let extra: JsonObject | null = null
  if (rest.length > 0) {
    extra = Object.create(null) as JsonObject
    for (const key of rest) extra[key] = value[key] as JsonValue
  }
  let externalId: string | null = null
  const id = valueAt(value, mapping.id)
  if (mapping.id !== null && id !== undefined) {
    if (typeof id === 'string' && !literals) externalId = id
    else {
      externalId = idText(id, literals?.[pointerStep(mapping.id)])
      if (Object.hasOwn(value, mapping.id)) {
        extra ??= Object.create(null) as JsonObject
        extra[mapping.id] = id
      }
    }
  }
  for (const key of kept) {
    extra ??= Object.create(null) as JsonObject
    extra[key] = value[key] as JsonValue
  }
  markRow(value, keys, mapping, fields, flags)
  const row: CanonicalRow = {
    index: source.index,
    instruction: fields.instruction,
    input: fields.input,
    output: fields.output,
    system: fields.system,
    history: fields.history,
    messages: fields.messages,
    tools: fields.tools,
    externalId,
    extra,
    keys: keys as string[],
    flags,
  }
  if (literals) row.literals = literals
  return row
}

function idText(id: JsonValue, literal: string | undefined): string | null {
  // 1.0 is the id 1 of another file: only numbers that a double does not hold are told apart by their text.
  if (literal !== undefined && !Number.isSafeInteger(id)) return literal
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null
}

/** Returns a text field: undefined when the key is absent, or a problem when it is neither a string nor null. */
export function textField(
  value: JsonObject,
  key: string | null,
): string | null | undefined | RowProblem {
  const field = valueAt(value, key)
  if (field === undefined || field === null || typeof field === 'string') return field
  return new RowProblem(`${quote(key ?? '')} is ${kindOf(field)}.`, 'a string')
}

/** Returns a key for messages, cut and quoted. */
export function quote(key: string): string {
  return JSON.stringify(key.slice(0, 40))
}

/** Returns what a JSON value is, with its article. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
