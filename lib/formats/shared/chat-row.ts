import { RowProblem } from '../types'
import type { CanonicalRow, ChatRole, ColumnMapping, RowFlag, RowSource } from '../types'
import { buildRow, kindOf, quote, textField } from './build-row'
import { own } from './column-path'
import { IMAGE_TAG } from './row-marks'
import { chatNotes, readTurns, userPairs } from './chat-turn'
import type { ChatTurn } from './chat-turn'

/**
 * Reads a chat row: leading system message -> system, first user message -> instruction, last assistant message -> output, the pairs before
 * the last turn -> history; the original array is kept. Returns a RowProblem for a wrong type or a chat without a user message, and where
 * a side of the chat speaks under a name that is not known.
 */
export function readChatRow(source: RowSource, mapping: ColumnMapping): CanonicalRow | RowProblem {
  const { value } = source
  const key = mapping.messages ?? ''
  const messages = own(value, key)
  if (!Array.isArray(messages)) {
    return new RowProblem(`${quote(key)} is ${kindOf(messages)}.`, 'an array of messages')
  }
  const notes = chatNotes()
  const turns = readTurns(messages, key, notes, mapping.tags)
  if (turns instanceof RowProblem) return turns
  const first = turns.find((turn) => turn.role === 'user')
  const last = turns.findLast((turn) => turn.role === 'assistant')
  const unknown = turns.filter((turn) => !turn.isKnown)
  if (unknown.length > 0 && (!first || !last)) return lostSide(turns, key)
  if (!first) return new RowProblem('The chat has no user message.', 'at least one user message')
  const flags = new Set<RowFlag>([...source.flags, ...notes.flags])
  if (unknown.length > 0) flags.add('unknown_role')
  if (turns.some((turn) => turn.text.includes(IMAGE_TAG))) flags.add('multimodal')
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
  const kept = isOverridden ? [mapping.system as string] : []
  const row = buildRow(source, mapping, fields, [...flags], kept)
  const remarks = [
    ...notes.remarks,
    ...[...new Set(unknown.map((turn) => turn.name))].map(
      (name) => `${quote(key)} has the role ${quote(name)}, which is not known`,
    ),
  ]
  if (remarks.length > 0) row.remarks = remarks
  return row
}

/** Returns the problem of a chat that lacks a side because a speaker is not known, with who the speakers seem to be. */
function lostSide(turns: readonly ChatTurn[], key: string): RowProblem {
  const names = [...new Set(turns.filter((turn) => !turn.isKnown).map((turn) => turn.name))]
  const missing: ChatRole[] = (['user', 'assistant'] as const).filter(
    (role) => !turns.some((turn) => turn.role === role),
  )
  // The user speaks first, so unknown names in order of appearance take the missing sides in theirs.
  const seem = names.flatMap((name, i): [string, ChatRole][] => {
    const role = missing[i]
    return role ? [[name, role]] : []
  })
  const listed = names.slice(0, 5).map(quote).join(', ')
  const sides = missing.map((role) => `${role} message`).join(' and no ')
  return new RowProblem(
    `${quote(key)} has the ${names.length > 1 ? 'roles' : 'role'} ${listed}, which ${names.length > 1 ? 'are' : 'is'} not known, and no ${sides}.`,
    'a known role; say who speaks there',
    Object.fromEntries(seem),
  )
}
