import type { HttpClient } from '@/lib/backends/http/client'
import {
  checkEchoedText,
  checkScoredIds,
  listedScores,
  readEchoLists,
  requestEcho,
  type EchoedText,
  type EchoRequest,
} from '@/lib/backends/scoring/echo'
import { checkModel, fieldsOf, idsOf, wrongReply } from '@/lib/backends/scoring/wire'

/** An echoed prompt, the model that the reply names, and how many tokens the service counts. */
export interface Echo extends EchoedText {
  model: string
  counted: number | null
}

/**
 * Where the BOS is in an echo: listed as the first token; left out while the first token of the text has its score; or
 * left out together with that score, so that it never shows. `none`: the tokenizer adds no BOS.
 */
export type Listing = 'listed' | 'unlisted' | 'hidden' | 'none'

/** Echoes a text with its scores, which stand in a list `prompt` at the top of the reply. */
export async function echoText(...asked: EchoRequest): Promise<Echo> {
  const { reply, ...said } = await requestEcho(...asked)
  const [prompt] = Array.isArray(reply.prompt) ? (reply.prompt as unknown[]) : []
  if (prompt === undefined) {
    wrongReply('ignored', 'The service took the request for an echo with scores and ignored it.')
  }
  const lists = readEchoLists(fieldsOf(prompt, 'prompt.0').logprobs, 'prompt.0.logprobs')
  return { ...lists, ...said }
}

/** Returns where the BOS is in an echo of a text with these ids (special tokens included); throws when the counts differ. */
export function listingOf(echo: Echo, ids: Int32Array, bosId: number | null): Listing {
  const { length } = echo.tokens
  if (length === ids.length) return bosId === null ? 'none' : 'listed'
  // The service's own count tells a BOS that is not listed from one that is not there.
  if (bosId !== null && length === ids.length - 1 && echo.counted === ids.length) {
    return echo.values[0] === null ? 'hidden' : 'unlisted'
  }
  return wrongReply(
    'count',
    `${length} scores came back for ${ids.length} tokens of the tokenizer file.`,
  )
}

/** Returns the scores of ids: with the BOS in front, or without where it never shows. */
export function readEcho(
  echo: Echo,
  ids: Int32Array,
  text: string,
  listing: Listing,
): Float32Array {
  const unlisted = listing === 'unlisted' ? 1 : 0
  if (echo.tokens.length !== ids.length - unlisted) {
    wrongReply('count', `${echo.tokens.length} scores came back for ${ids.length} tokens.`)
  }
  const listed = listing === 'listed' ? 1 : 0
  checkEchoedText(echo.tokens.slice(listed), text)
  if (echo.ids) {
    checkScoredIds(idsOf(echo.ids, 'token_ids'), ids.subarray(unlisted), 'of the tokenizer file')
  }
  if (unlisted === 0) return listedScores(echo.values, ids.length)
  return listedScores([null, ...echo.values], ids.length)
}

/** Scores a text that has these ids. */
export async function scoreText(
  target: { client: HttpClient; model: string; replied: string; listing: Listing },
  text: string,
  ids: Int32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const echo = await echoText(target.client, target.model, text, signal)
  checkModel(echo.model, target.replied)
  return readEcho(echo, ids, text, target.listing)
}
