import { emptyMapping } from '../types'
import type { ColumnMapping, HeadInfo, JsonObject, JsonValue } from '../types'
import { contentKeyOf, ROLE_KEYS } from './chat-turn'
import { isObject, own } from './column-path'
import { instructionColumn, labelColumn } from './column-names'

/** Keys that hold the chat of a row, in the order in which they are believed. */
export const CHAT_KEYS = [
  'conversations',
  'messages',
  'conversation',
  'data',
  'chat',
  'dialogue',
  'dialog',
  'turns',
]
// An answer of a comparison may be a chat of its own; the row's chat is another column.
const ANSWER_KEYS = new Set(['chosen', 'rejected'])

/** Returns the key of the speaker in the first message of a list, null when the list is not a chat of objects. */
export function speakerKey(list: JsonValue | undefined): string | null {
  const first = Array.isArray(list) ? list[0] : undefined
  if (!isObject(first)) return null
  const key = ROLE_KEYS.find((name) => typeof own(first, name) === 'string')
  const isChat = contentKeyOf(first) !== undefined || Object.hasOwn(first, 'tool_calls')
  return key !== undefined && isChat ? key : null
}

/** True for a list of texts alone. */
export function isTextList(list: JsonValue | undefined): boolean {
  return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string')
}

/** Returns the column that holds a row's chat of objects, by its known names first; null when there is none. */
export function chatColumn(row: JsonObject): string | null {
  const isChat = (key: string) => speakerKey(own(row, key)) !== null
  const known = CHAT_KEYS.find(isChat)
  if (known !== undefined) return known
  // Beside an instruction a list of messages under another name is its context.
  const instruction = instructionColumn(Object.keys(row), [row])
  if (typeof own(row, instruction) === 'string') return null
  return Object.keys(row).find((key) => !ANSWER_KEYS.has(key) && isChat(key)) ?? null
}

/** Returns the column that holds a row's chat as texts in turn; only known names count, since any list of texts looks so. */
export function textsColumn(row: JsonObject): string | null {
  return CHAT_KEYS.find((key) => isTextList(own(row, key))) ?? null
}

/** Returns the suggested mapping of chat rows: the column that most of the first rows keep their chat in. */
export function chatMapping(
  head: HeadInfo,
  columnOf: (row: JsonObject) => string | null,
): ColumnMapping {
  const counts = new Map<string, number>()
  for (const row of head.objects) {
    const column = columnOf(row)
    if (column !== null) counts.set(column, (counts.get(column) ?? 0) + 1)
  }
  const [best] = [...counts].toSorted((a, b) => b[1] - a[1])
  const present = (key: string) => (head.keys.includes(key) ? key : null)
  return {
    ...emptyMapping(),
    messages: best?.[0] ?? present('conversations') ?? present('messages'),
    system: present('system'),
    tools: present('tools'),
    id: present('id'),
    label: labelColumn(head),
  }
}
