import type { MetricValue } from '@/lib/contracts/rows'
import type { StatusName } from '@/lib/contracts/status'
import { pointerStep, setKey } from '../containers/json-exact'
import { isObject, own } from '../shared/column-path'
import { chatNotes, contentKeyOf, readTurns, roleKeyOf } from '../shared/chat-turn'
import { emptyMapping, RowProblem } from '../types'
import type {
  CanonicalRow,
  ChatTags,
  ColumnMapping,
  JsonObject,
  JsonValue,
  Literals,
} from '../types'

/** A metric value to be written beside the row, with the reason when it is missing. */
export interface MetricCell {
  key: string
  value: MetricValue['value']
  status: StatusName
}

/** A row to be exported. */
export interface ExportRow {
  row: CanonicalRow
  /** The mapping the row was imported with; null for rows made here (Alpaca keys). */
  mapping: ColumnMapping | null
  /** Set to write a response other than the imported one (a generated set). */
  response?: string | null
  /** Study, evolver, round, ...: written after the row's own keys. */
  lineage?: readonly { key: string; value: JsonValue }[]
  /** Columns that are written; all without. */
  only?: ReadonlySet<string> | null
  /** Written last, each followed by `<key>_status`. */
  metrics?: readonly MetricCell[]
}

/** One key of a written row. `literals` and `pointer` give numbers as they were written in the source. */
export interface Entry {
  key: string
  value: JsonValue
  pointer: string
}

/** Mapping of rows made here. */
const ALPACA_MAPPING: ColumnMapping = {
  ...emptyMapping(),
  instruction: 'instruction',
  input: 'input',
  output: 'output',
}

/** Pointers of the keys, which many rows have in common. */
const pointers = new WeakMap<readonly string[], Map<string, string>>()

/** Returns the row's own keys and values in the order and shape of its source object. */
export function restoreEntries(item: ExportRow): Entry[] {
  const { row } = item
  const mapping = item.mapping ?? ALPACA_MAPPING
  const response = item.response === undefined ? row.output : item.response
  const isChat = row.messages !== null && mapping.messages !== null
  const entries: Entry[] = []
  const known = pointers.get(row.keys) ?? new Map<string, string>()
  pointers.set(row.keys, known)
  const put = (key: string, value: JsonValue) => {
    const pointer = known.get(key) ?? pointerStep(key)
    known.set(key, pointer)
    entries.push({ key, value, pointer })
  }
  for (const key of row.keys) {
    const kept = row.extra && Object.hasOwn(row.extra, key) ? row.extra[key] : undefined
    if (kept !== undefined) put(key, kept)
    else if (key === mapping.messages && row.messages) {
      put(
        key,
        item.response === undefined
          ? row.messages
          : withResponse(row.messages, response, mapping.tags),
      )
    } else if (key === mapping.instruction) put(key, row.instruction)
    else if (key === mapping.input) put(key, row.input)
    else if (key === mapping.output) put(key, response)
    else if (key === mapping.system) put(key, row.system)
    else if (key === mapping.history) put(key, row.history)
    else if (key === mapping.tools) put(key, row.tools)
    else if (key === mapping.id) put(key, row.externalId)
  }
  // A response from inside another column stands there still; only another one needs a key of its own.
  const isInside =
    mapping.output !== null && /[.[]/.test(mapping.output) && !row.keys.includes(mapping.output)
  const outputKey = isInside ? 'output' : (mapping.output ?? 'output')
  const isThere = row.keys.includes(outputKey) || (isInside && item.response === undefined)
  if (!isChat && response !== null && !isThere) put(outputKey, response)
  return entries
}

/** Returns the row's own keys that are to be written. */
export function ownEntries(item: ExportRow): Entry[] {
  const { only } = item
  const entries = restoreEntries(item)
  return only ? entries.filter(({ key }) => only.has(key)) : entries
}

/** Returns all keys of an exported row: its own, lineage, metrics. A name that the row has already gets the suffix `_added`. */
export function exportEntries(item: ExportRow): Entry[] {
  const entries = ownEntries(item)
  if (!item.lineage && !item.metrics) return entries
  const taken = new Set(entries.map((entry) => entry.key))
  for (const { key, value } of addedColumns(item)) {
    // No pointer of the source can start so: added numbers never meet a literal.
    entries.push({ key: freeName(key, taken), value, pointer: 'added' })
  }
  return entries
}

/** Returns lineage and metric columns as key and value; a missing value is null and says why beside it. */
export function addedColumns(item: ExportRow): { key: string; value: JsonValue }[] {
  const isWritten = ({ key }: { key: string }) => item.only?.has(key) ?? true
  const columns: { key: string; value: JsonValue }[] = (item.lineage ?? []).filter(isWritten)
  for (const { key, value, status } of (item.metrics ?? []).filter(isWritten)) {
    columns.push({ key, value: finite(value) }, { key: `${key}_status`, value: status })
  }
  return columns
}

/** Returns a name that is not taken, and takes it. */
export function freeName(key: string, taken: Set<string>): string {
  let name = key
  while (taken.has(name)) name += '_added'
  taken.add(name)
  return name
}

/** Returns the literals of an exported row. */
export function literalsOf(item: ExportRow): Literals | null {
  return item.row.literals ?? null
}

function finite(value: MetricCell['value']): JsonValue {
  if (Array.isArray(value)) return value.map(finite)
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

/** Returns the chat with its last assistant message replaced, or one appended in the spelling of the others. */
function withResponse(
  messages: readonly JsonValue[],
  response: string | null,
  tags: ChatTags | null | undefined,
): JsonValue[] {
  const turns = readTurns(messages, '', chatNotes(), tags)
  const at =
    turns instanceof RowProblem ? -1 : turns.findLastIndex((turn) => turn.role === 'assistant')
  if (response === null) return at < 0 ? [...messages] : messages.toSpliced(at, 1)
  const message = at < 0 ? undefined : messages[at]
  if (at >= 0 && !isObject(message)) return messages.toSpliced(at, 1, response)
  if (!isObject(message)) return [...messages, addedMessage(messages[0], response, tags)]
  const changed: JsonObject = {}
  for (const key of Object.keys(message)) setKey(changed, key, own(message, key) as JsonValue)
  setKey(changed, contentKeyOf(message, tags) ?? 'content', response)
  return messages.toSpliced(at, 1, changed)
}

/** Returns an assistant message in the spelling of another message of its chat. */
function addedMessage(
  like: JsonValue | undefined,
  response: string,
  tags: ChatTags | null | undefined,
): JsonValue {
  if (typeof like === 'string') return response
  const roleKey = (isObject(like) ? roleKeyOf(like, tags) : undefined) ?? 'role'
  const contentKey = (isObject(like) ? contentKeyOf(like, tags) : undefined) ?? 'content'
  const given = Object.entries(tags?.roles ?? {}).find(([, role]) => role === 'assistant')
  const name = given?.[0] ?? (roleKey === 'from' ? 'gpt' : 'assistant')
  return { [roleKey]: name, [contentKey]: response }
}
