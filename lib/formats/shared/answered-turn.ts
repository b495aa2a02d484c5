import { RowProblem } from '../types'
import type { JsonValue } from '../types'
import { own } from './build-row'
import { userPairs } from './chat-row'
import { isObject, readOpenAiTurn, readShareGptTurn } from './chat-turn'
import type { ChatTurn } from './chat-turn'

/** The last user message that was answered, and the answer. */
export interface AnsweredTurn {
  user: string
  reply: string
}

function readTurns(messages: readonly JsonValue[]): ChatTurn[] | null {
  const turns: ChatTurn[] = []
  for (const message of messages) {
    if (!isObject(message)) return null
    const read = own(message, 'role') === undefined ? readShareGptTurn : readOpenAiTurn
    const turn = read(message, new Set())
    if (turn instanceof RowProblem) return null
    turns.push(turn)
  }
  return turns
}

/**
 * Returns the last user and assistant pair of a chat (ShareGPT or OpenAI messages), or null when no user message has
 * an answer. This is what a loss is of: the row's own instruction is the first user message of the chat, its response
 * the last answer, and the two belong together only in a chat of one pair. Turns before the pair are left out.
 */
export function answeredTurn(messages: unknown): AnsweredTurn | null {
  if (!Array.isArray(messages)) return null
  const turns = readTurns(messages as JsonValue[])
  const last = turns ? userPairs(turns).at(-1) : undefined
  return last ? { user: last[0], reply: last[1] } : null
}
