import { RowProblem } from '../types'
import type { ChatRole, ChatTags, JsonObject, JsonValue } from '../types'
import { kindOf, quote } from './build-row'
import { isObject, own } from './column-path'
import { contentText } from './chat-content'
import type { ChatNotes } from './chat-content'
import { roleOf } from './chat-roles'

/** Keys that name the speaker of a message. */
export const ROLE_KEYS = ['role', 'from', 'speaker'] as const
/** Keys that hold the text of a message. */
export const CONTENT_KEYS: readonly string[] = ['content', 'value', 'text']

/** One turn as read: who speaks, under which name, and the text. */
export interface ChatTurn {
  /** An unknown speaker is `other`; `isKnown` tells. */
  role: ChatRole
  name: string
  isKnown: boolean
  text: string
}

/** Returns empty notes. */
export function chatNotes(): ChatNotes {
  return { flags: new Set(), remarks: [] }
}

/** Returns the key that names the speaker of a message, undefined when it has none. */
export function roleKeyOf(message: JsonObject, tags?: ChatTags | null): string | undefined {
  const keys = tags?.role ? [tags.role] : ROLE_KEYS
  return keys.find((key) => Object.hasOwn(message, key))
}

/** Returns the key that holds the text of a message, undefined when it has none. */
export function contentKeyOf(message: JsonObject, tags?: ChatTags | null): string | undefined {
  const keys = tags?.content ? [tags.content] : CONTENT_KEYS
  const present = keys.filter((key) => Object.hasOwn(message, key))
  return present.find((key) => message[key] !== null) ?? present[0]
}

/** True where a message may do without a text: it calls a tool, or nobody speaks. */
function maySayNothing(message: JsonObject, role: ChatRole): boolean {
  if (role === 'assistant' || role === 'other') return true
  return Object.hasOwn(message, 'tool_calls') || Object.hasOwn(message, 'function_call')
}

function readMessage(
  message: JsonObject,
  where: string,
  notes: ChatNotes,
  tags: ChatTags | null | undefined,
): ChatTurn | RowProblem {
  const roleKey = roleKeyOf(message, tags)
  if (roleKey === undefined) {
    const keys = tags?.role ? quote(tags.role) : ROLE_KEYS.map(quote).join(', ')
    return new RowProblem(`${where} has no key that names the speaker.`, `one of the keys ${keys}`)
  }
  const name = own(message, roleKey)
  if (typeof name !== 'string') {
    return new RowProblem(`${where}: ${quote(roleKey)} is ${kindOf(name)}.`, 'a role name')
  }
  const known = roleOf(name, tags)
  const role = known ?? 'other'
  const turn = { role, name, isKnown: known !== null }
  const contentKey = contentKeyOf(message, tags)
  const content = contentKey === undefined ? undefined : own(message, contentKey)
  if (content === undefined || content === null) {
    const isCall = Object.hasOwn(message, 'tool_calls') || Object.hasOwn(message, 'function_call')
    if (isCall || (content === null && maySayNothing(message, role))) return { ...turn, text: '' }
    const keys = tags?.content ? quote(tags.content) : CONTENT_KEYS.map(quote).join(', ')
    return content === null
      ? new RowProblem(`${where}: ${quote(contentKey ?? '')} is null.`, 'a text')
      : new RowProblem(`${where} has no text.`, `one of the keys ${keys}`)
  }
  const text = contentText(content, where, notes)
  return text instanceof RowProblem ? text : { ...turn, text }
}

/**
 * Returns the turns of a chat in any of its spellings: objects with a speaker (`role`, `from`) and a text (`content`, `value`), or texts
 * in turn, the user first. A message that cannot be read is a RowProblem that names its place in the column `key`.
 */
export function readTurns(
  messages: readonly JsonValue[],
  key: string,
  notes: ChatNotes,
  tags?: ChatTags | null,
): ChatTurn[] | RowProblem {
  const isTexts = typeof messages[0] === 'string'
  const turns: ChatTurn[] = []
  for (const [i, message] of messages.entries()) {
    const where = `${quote(key)}[${i}]`
    if (isTexts && typeof message === 'string') {
      const role = i % 2 === 0 ? 'user' : 'assistant'
      turns.push({ role, name: role, isKnown: true, text: message })
      continue
    }
    if (isTexts || !isObject(message)) {
      const expected = isTexts ? 'texts only, as in the first message' : 'a message object'
      return new RowProblem(`${where} is ${kindOf(message)}.`, expected)
    }
    const turn = readMessage(message, where, notes, tags)
    if (turn instanceof RowProblem) return turn
    turns.push(turn)
  }
  return turns
}

/** Returns [user, assistant] pairs: each user message with the last assistant message before the next user message. */
export function userPairs(turns: readonly ChatTurn[]): [string, string][] {
  const pairs: [string, string][] = []
  let user: string | null = null
  let reply: string | null = null
  const close = () => {
    if (user !== null && reply !== null) pairs.push([user, reply])
    reply = null
  }
  for (const turn of turns) {
    if (turn.role === 'user') {
      close()
      user = turn.text
    } else if (turn.role === 'assistant') reply = turn.text
  }
  close()
  return pairs
}
