import { RowProblem } from '../types'
import type { CanonicalRow, ColumnMapping, JsonValue, RowFlag, RowSource } from '../types'
import { buildRow, kindOf, own, quote, textField } from './build-row'
import { isObject } from './chat-turn'
import type { ChatTurn, ReadTurn } from './chat-turn'

/**
 * Reads a chat row: leading system message -> system, first user message -> instruction, last assistant message -> output, the pairs before
 * the last turn -> history; the original array is kept. Returns a RowProblem for a wrong type or a chat without a user message.
 */
export function readChatRow(
  source: RowSource,
  mapping: ColumnMapping,
  readTurn: ReadTurn,
): CanonicalRow | RowProblem {
  const { value } = source
  const key = mapping.messages ?? ''
  const messages = own(value, key)
  if (!Array.isArray(messages)) {
    return new RowProblem(`${quote(key)} is ${kindOf(messages)}.`, 'an array of messages')
  }
  const flags = new Set<RowFlag>(source.flags)
  const turns = readTurns(messages, key, readTurn, flags)
  if (turns instanceof RowProblem) return turns
  const first = turns.find((turn) => turn.role === 'user')
  if (!first) return new RowProblem('The chat has no user message.', 'at least one user message')
  const last = turns.findLast((turn) => turn.role === 'assistant')
  if (!last?.text) flags.add('no_response')
  const pairs = userPairs(turns)
  if (pairs.length > 1) flags.add('multi_turn')
  const column = textField(value, mapping.system)
  if (column instanceof RowProblem) return column
  const leading = turns[0]?.role === 'system' ? turns[0].text : null
  const isOverridden = leading !== null && column !== undefined && mapping.system !== null
  const fields = {
    instruction: first.text,
    input: '',
    output: last?.text ?? null,
    system: leading ?? column ?? null,
    history: pairs.length > 1 ? pairs.slice(0, -1) : null,
    messages,
    tools: own(value, mapping.tools) ?? null,
  }
  return buildRow(
    source,
    mapping,
    fields,
    [...flags],
    isOverridden ? [mapping.system as string] : [],
  )
}

/** Returns the turns of a message array, or the first problem in it. */
function readTurns(
  messages: readonly JsonValue[],
  key: string,
  readTurn: ReadTurn,
  flags: Set<RowFlag>,
): ChatTurn[] | RowProblem {
  const turns: ChatTurn[] = []
  for (const [i, message] of messages.entries()) {
    if (!isObject(message)) {
      return new RowProblem(`${quote(key)}[${i}] is ${kindOf(message)}.`, 'a message object')
    }
    const turn = readTurn(message, flags)
    if (turn instanceof RowProblem)
      return new RowProblem(`${quote(key)}[${i}]: ${turn.reason}`, turn.expected)
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
