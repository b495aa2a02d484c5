import type { SchemaElement } from 'hyparquet'
import { pointerStep } from '../containers/json-exact'
import { stringifyExact } from '../shared/exact-json'
import type { JsonObject, JsonValue, Literals } from '../types'

/** What all values of a column have in common; `json` is what any of them fits: their JSON text. */
export type ColumnType =
  | { kind: 'null' | 'text' | 'boolean' | 'int' | 'bigint' | 'double' | 'json' }
  | { kind: 'list'; item: ColumnType }
  | { kind: 'struct'; fields: [string, ColumnType][] }

const NULL: ColumnType = { kind: 'null' }
const JSON_TEXT: ColumnType = { kind: 'json' }
/** Deeper values are written as JSON text: few programs read such columns. */
const MAX_DEPTH = 8
/** Digits that a double keeps apart; the spelling of a number (1e-07) is not kept, its value is. */
const DOUBLE_DIGITS = 17
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** Returns the type of a value; numbers that a column of numbers would round make it JSON text. */
export function typeOf(
  value: JsonValue,
  literals: Literals | null,
  pointer: string,
  depth = 0,
): ColumnType {
  if (typeof value !== 'object' || value === null) {
    return scalarType(
      value,
      literals && Object.hasOwn(literals, pointer) ? literals[pointer] : undefined,
    )
  }
  if (depth >= MAX_DEPTH) return JSON_TEXT
  const inner = (key: string | number, item: JsonValue) =>
    typeOf(item, literals, literals ? pointer + pointerStep(key) : '', depth + 1)
  if (Array.isArray(value)) {
    let item = NULL
    for (const [i, one] of value.entries()) item = merged(item, inner(i, one))
    return item.kind === 'json' ? JSON_TEXT : { kind: 'list', item }
  }
  const fields: [string, ColumnType][] = []
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key.includes('.')) return JSON_TEXT
    fields.push([key, inner(key, value[key] as JsonValue)])
  }
  const isPlain = fields.length > 0 && fields.every(([, type]) => type.kind !== 'json')
  return isPlain ? { kind: 'struct', fields } : JSON_TEXT
}

function scalarType(value: string | number | boolean | null, literal?: string): ColumnType {
  if (literal !== undefined) return literalType(value, literal)
  if (value === null) return NULL
  if (typeof value === 'string') return { kind: 'text' }
  if (typeof value === 'boolean') return { kind: 'boolean' }
  return { kind: Number.isSafeInteger(value) ? 'int' : 'double' }
}

function literalType(value: JsonValue, literal: string): ColumnType {
  // NaN and Infinity have no word in JSON: they are written as missing.
  if (value === null) return NULL
  if (/^-?[1-9]\d*$/.test(literal)) {
    const integer = BigInt(literal)
    return integer >= MIN_INT64 && integer <= MAX_INT64 ? { kind: 'bigint' } : JSON_TEXT
  }
  const digits = literal.replace(/e.*$/i, '').replace(/^[-0.]+|\./g, '').length
  return digits <= DOUBLE_DIGITS ? { kind: 'double' } : JSON_TEXT
}

/** Kinds of numbers, each of which holds the ones before it, but for integers beyond 2^53 beside fractions. */
function mergedNumbers(a: ColumnType, b: ColumnType): ColumnType {
  const kinds = new Set([a.kind, b.kind])
  if (kinds.has('int') && kinds.has('bigint')) return { kind: 'bigint' }
  return kinds.has('int') && kinds.has('double') ? { kind: 'double' } : JSON_TEXT
}

/** Returns the type that holds the values of both. */
export function merged(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b || b.kind === 'null') return a
  if (a.kind === 'null') return b
  if (a.kind === 'list' && b.kind === 'list') {
    const item = merged(a.item, b.item)
    if (item.kind === 'json') return JSON_TEXT
    return item === a.item ? a : { kind: 'list', item }
  }
  if (a.kind === 'struct' && b.kind === 'struct') return mergedStructs(a, b)
  return a.kind === b.kind ? a : mergedNumbers(a, b)
}

/** Structs with other fields, or in another order, would not be read back as they were. */
function mergedStructs(
  a: Extract<ColumnType, { kind: 'struct' }>,
  b: Extract<ColumnType, { kind: 'struct' }>,
): ColumnType {
  if (a.fields.length !== b.fields.length) return JSON_TEXT
  const fields: [string, ColumnType][] = []
  for (const [i, [key, type]] of a.fields.entries()) {
    const [otherKey, other] = b.fields[i] as [string, ColumnType]
    const both = key === otherKey ? merged(type, other) : JSON_TEXT
    if (both.kind === 'json') return JSON_TEXT
    fields.push([key, both])
  }
  return { kind: 'struct', fields }
}

/** Returns the schema elements of a column. */
export function schemaOf(name: string, type: ColumnType): SchemaElement[] {
  const shared = { name, repetition_type: 'OPTIONAL' } as const
  if (type.kind === 'list') {
    return [
      { ...shared, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...schemaOf('element', type.item),
    ]
  }
  if (type.kind === 'struct') {
    const fields = type.fields.flatMap(([key, field]) => schemaOf(key, field))
    return [{ ...shared, num_children: type.fields.length }, ...fields]
  }
  if (type.kind === 'boolean') return [{ ...shared, type: 'BOOLEAN' }]
  if (type.kind === 'int' || type.kind === 'bigint') return [{ ...shared, type: 'INT64' }]
  if (type.kind === 'double') return [{ ...shared, type: 'DOUBLE' }]
  // JSON text under its newer name only: under the older one the library would make JSON of it again.
  if (type.kind === 'json')
    return [{ ...shared, type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }]
  const text = { converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
  return [{ ...shared, type: 'BYTE_ARRAY', ...text }]
}

const encoder = new TextEncoder()

/** Returns a value as the library takes it for a column of a type. */
export function cellOf(
  value: JsonValue,
  type: ColumnType,
  literals: Literals | null,
  pointer: string,
): unknown {
  if (value === null) return null
  if (type.kind === 'json') return encoder.encode(stringifyExact(value, literals, pointer))
  // Integers beyond 2^53 are their own text.
  if (type.kind === 'int' || type.kind === 'bigint') return BigInt(value as string | number)
  if (type.kind === 'double') return Number(value)
  if (type.kind === 'list') {
    return (value as JsonValue[]).map((item, i) =>
      cellOf(item, type.item, literals, pointer + pointerStep(i)),
    )
  }
  if (type.kind === 'struct') {
    return Object.fromEntries(
      type.fields.map(([key, field]) => [
        key,
        cellOf(
          (value as JsonObject)[key] as JsonValue,
          field,
          literals,
          pointer + pointerStep(key),
        ),
      ]),
    )
  }
  return value
}
