import { parseExact, stringifyExact } from './shared/exact-json'
import { pointerStep } from './containers/json-exact'
import { ROW_FLAGS } from './types'
import type { CanonicalRow, ColumnMapping, JsonObject, JsonValue, RowFlag } from './types'

/** A canonical row as text columns, without its response and its key order. */
export interface StoredRow {
  externalId: string | null
  instruction: string
  input: string | null
  system: string | null
  history: string | null
  messages: string | null
  tools: string | null
  extra: string | null
  /** Bit mask in the order of ROW_FLAGS. */
  flags: number
}

/** What a stored row needs beside its columns to be a canonical row again. */
export interface StoredParts {
  index: number
  output: string | null
  /** The key order that was noted for the row. */
  keys: string[]
  /** The mapping it was imported with; null for rows made here. */
  mapping: ColumnMapping | null
}

const FLAG_BITS = new Map<RowFlag, number>(ROW_FLAGS.map((flag, bit) => [flag, 1 << bit]))

/** Returns the bit mask of flags. */
function packFlags(flags: readonly RowFlag[]): number {
  let mask = 0
  for (const flag of flags) mask |= FLAG_BITS.get(flag) ?? 0
  return mask
}

/** Returns the flags of a bit mask. */
export function unpackFlags(mask: number): RowFlag[] {
  return mask === 0 ? [] : ROW_FLAGS.filter((_, bit) => (mask & (1 << bit)) !== 0)
}

/** Returns the row's columns. JSON columns are plain JSON, with numbers as they were written. */
export function packRow(row: CanonicalRow, mapping: ColumnMapping | null): StoredRow {
  const json = (value: JsonValue | null, key: string | null | undefined) =>
    value === null ? null : stringifyExact(value, row.literals, key ? pointerStep(key) : '')
  return {
    externalId: row.externalId,
    instruction: row.instruction,
    input: row.input,
    system: row.system,
    history: json(row.history, mapping?.history),
    messages: json(row.messages, mapping?.messages),
    tools: json(row.tools, mapping?.tools),
    extra: json(row.extra, null),
    flags: packFlags(row.flags),
  }
}

// No closure inside of unpackRow: half a million rows would each make it anew.
function unpackJson(
  text: string | null,
  literals: Record<string, string>,
  key: string | null | undefined,
): JsonValue | null {
  return text === null ? null : parseExact(text, literals, key ? pointerStep(key) : '')
}

/** Returns the canonical row of stored columns; the inverse of packRow, except that NaN and Infinity come back as null. */
export function unpackRow(stored: StoredRow, parts: StoredParts): CanonicalRow {
  const literals: Record<string, string> = {}
  const extra = unpackJson(stored.extra, literals, null)
  const { mapping } = parts
  const row: CanonicalRow = {
    index: parts.index,
    instruction: stored.instruction,
    input: stored.input,
    output: parts.output,
    system: stored.system,
    history: unpackJson(stored.history, literals, mapping?.history) as [string, string][] | null,
    messages: unpackJson(stored.messages, literals, mapping?.messages) as JsonValue[] | null,
    tools: unpackJson(stored.tools, literals, mapping?.tools),
    externalId: stored.externalId,
    // Assigning onto a null prototype makes `__proto__` an ordinary key.
    extra: extra === null ? null : Object.assign(Object.create(null) as JsonObject, extra),
    keys: parts.keys,
    flags: unpackFlags(stored.flags),
  }
  if (Object.keys(literals).length > 0) row.literals = literals
  return row
}
