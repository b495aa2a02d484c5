import type { EchoedText, EchoRequest } from '@/lib/backends/scoring/echo'
import {
  checkEchoedText,
  listedScores,
  readEchoLists,
  requestEcho,
} from '@/lib/backends/scoring/echo'
import { choiceOf } from '@/lib/backends/scoring/send'
import { fieldsOf, wrongReply } from '@/lib/backends/scoring/wire'

/** An echoed prompt: its listed tokens without generated ones, and how many tokens the server counts. */
export interface Echo extends EchoedText {
  /** Tokens of the prompt by the server's count; one more than are listed where it puts a BOS in front. */
  counted: number
}

/** Echoes a text with its scores. */
export async function echoText(...asked: EchoRequest): Promise<Echo> {
  const { reply, counted } = await requestEcho(...asked)
  const choice = choiceOf(reply)
  if (choice.logprobs === null || choice.logprobs === undefined) {
    wrongReply('ignored', 'The server took the request for an echo with scores and ignored it.')
  }
  const lists = readEchoLists(choice.logprobs, 'choices.logprobs')
  if (counted === null) wrongReply('reply_shape', 'The reply has no count.')
  const generated = Number(fieldsOf(reply.usage, 'usage').completion_tokens ?? 0)
  const listed = lists.tokens.length - generated
  if (!(listed === counted || listed === counted - 1)) {
    wrongReply('count', `${Math.max(0, listed)} scores came back for ${counted} tokens.`)
  }
  const tokens = lists.tokens.slice(0, listed)
  checkEchoedText(tokens, asked[2])
  return { tokens, values: lists.values.slice(0, listed), ids: null, counted }
}

/** Returns the scores of an echoed text of so many tokens; its BOS is not among them, its first token has none. */
export function readEcho(echo: Echo, count: number): Float32Array {
  if (echo.counted !== count + 1 || echo.tokens.length !== count) {
    wrongReply('count', `${echo.tokens.length} scores came back for ${count} tokens.`)
  }
  return listedScores(echo.values, count)
}
