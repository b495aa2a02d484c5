import { RowProblem } from '../types'
import type { JsonObject, JsonValue, RowFlag } from '../types'
import { kindOf, own } from './build-row'

export type ChatRole = 'system' | 'user' | 'assistant' | 'other'

/** One turn as read: role and text. */
export interface ChatTurn {
  role: ChatRole
  text: string
}

/** How one chat format spells a turn; returns a RowProblem when the message is not one. */
export type ReadTurn = (message: JsonObject, flags: Set<RowFlag>) => ChatTurn | RowProblem

// ShareGPT's own five names, and the two that mixed files use for the same roles.
const SHAREGPT_ROLES = new Map<string, ChatRole>([
  ['system', 'system'],
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['observation', 'other'],
  ['function_call', 'other'],
])
const OPENAI_ROLES = new Map<string, ChatRole>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'other'],
])

/** Reads {from, value}. An unknown role is kept as `other`. */
export const readShareGptTurn: ReadTurn = (message) => {
  const from = own(message, 'from')
  const text = own(message, 'value')
  if (typeof from !== 'string') return new RowProblem(`"from" is ${kindOf(from)}.`, 'a role name')
  if (typeof text !== 'string') return new RowProblem(`"value" is ${kindOf(text)}.`, 'a string')
  return { role: SHAREGPT_ROLES.get(from) ?? 'other', text }
}

/** Reads {role, content}: text parts are joined without separator, other parts flag `non_text_content`. */
export const readOpenAiTurn: ReadTurn = (message, flags) => {
  const role = own(message, 'role')
  if (typeof role !== 'string') return new RowProblem(`"role" is ${kindOf(role)}.`, 'a role name')
  const text = contentText(own(message, 'content'), flags)
  return text instanceof RowProblem ? text : { role: OPENAI_ROLES.get(role) ?? 'other', text }
}

function contentText(content: JsonValue | undefined, flags: Set<RowFlag>): string | RowProblem {
  if (typeof content === 'string') return content
  if (content === null || content === undefined) return ''
  if (!Array.isArray(content)) {
    return new RowProblem(`"content" is ${kindOf(content)}.`, 'a string, null or a list of parts')
  }
  let text = ''
  for (const part of content) {
    const piece = isObject(part) && own(part, 'type') === 'text' ? own(part, 'text') : undefined
    if (typeof piece === 'string') text += piece
    else flags.add('non_text_content')
  }
  return text
}

/** True for a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
