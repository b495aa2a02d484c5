import { RowProblem } from '../types'
import type { ChatTags, JsonValue } from '../types'
import { chatNotes, readTurns, userPairs } from './chat-turn'

/** The last user message that was answered, and the answer. */
export interface AnsweredTurn {
  user: string
  reply: string
}

/**
 * Returns the last user and assistant pair of a chat in any spelling, or null when no user message has an answer. This is
 * what a loss is of: the row's own instruction is the first user message of the chat, its response the last answer, and
 * the two belong together only in a chat of one pair. Turns before the pair are left out.
 */
export function answeredTurn(messages: unknown, tags?: ChatTags | null): AnsweredTurn | null {
  if (!Array.isArray(messages)) return null
  const turns = readTurns(messages as JsonValue[], '', chatNotes(), tags)
  if (turns instanceof RowProblem) return null
  const last = userPairs(turns).at(-1)
  return last ? { user: last[0], reply: last[1] } : null
}
