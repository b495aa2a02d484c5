import type { HttpClient } from '@/lib/backends/http/client'
import type { Continuation } from '@/lib/backends/probe/port'
import { listedContinuation, readEchoLists } from '@/lib/backends/scoring/echo'
import { choiceOf, choicesOf, complete, tokensIn } from '@/lib/backends/scoring/send'
import {
  checkModel,
  fieldsOf,
  idsOf,
  listOf,
  logprobOf,
  wrongReply,
} from '@/lib/backends/scoring/wire'

const AS_ID = 'token_id:'

/** How a server gives prompt scores: by its own parameter, or by the older echo. */
export type ScoringWay = 'prompt_logprobs' | 'echo'

/** What a scoring request needs to know of its server. */
export interface ScoringTarget {
  client: HttpClient
  model: string
  way: ScoringWay
}

/**
 * Returns the scores in `choices[].prompt_logprobs`: a list of maps from token id to its entry. Values are looked up by
 * id, never by position: parsing puts keys that look like numbers into numeric order.
 */
export function readPromptLogprobs(list: unknown, ids: Int32Array): Float32Array {
  if (!Array.isArray(list)) {
    wrongReply(
      'ignored',
      'The server took the request for prompt log-probabilities and ignored it.',
    )
  }
  if (list.length !== ids.length) {
    wrongReply('count', `${list.length} scores came back for ${ids.length} tokens.`)
  }
  const scores = new Float32Array(ids.length)
  scores[0] = NaN
  for (let i = 1; i < ids.length; i += 1) {
    const entry = list[i] as Record<number, { logprob?: unknown } | undefined> | null
    const own = entry?.[ids[i] as number]
    if (!own) wrongReply('tokens', `Token ${i} came back as another one, or without a score.`)
    scores[i] = logprobOf(own.logprob, i)
  }
  return scores
}

/**
 * Returns the scores of an echoed prompt: tokens written as "token_id:N" and their values, cut at the prompt's length,
 * because a generated token may stand at the end.
 */
export function readEcho(value: unknown, ids: Int32Array): Float32Array {
  const logprobs = fieldsOf(value, 'choices.logprobs')
  const values = listOf(logprobs.token_logprobs, 'token_logprobs')
  const tokens = listOf(logprobs.tokens, 'tokens')
  if (values.length < ids.length || tokens.length !== values.length) {
    wrongReply('count', `${values.length} scores came back for ${ids.length} tokens.`)
  }
  const scores = new Float32Array(ids.length)
  scores[0] = NaN
  for (let i = 1; i < ids.length; i += 1) {
    if (tokens[i] !== AS_ID + ids[i]) wrongReply('tokens', `Token ${i} came back as another one.`)
    scores[i] = logprobOf(values[i], i)
  }
  return scores
}

/** Scores id sequences of at least two tokens in one request. */
export async function scoreIds(
  { client, model, way }: ScoringTarget,
  sequences: readonly Int32Array[],
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Float32Array[]> {
  const prompt = sequences.map((ids) => Array.from(ids))
  const asked =
    way === 'prompt_logprobs'
      ? { max_tokens: 1, prompt_logprobs: 0 }
      : { max_tokens: 0, echo: true, logprobs: 0, return_tokens_as_token_ids: true }
  const limits = { tokens: tokensIn(sequences), isList: sequences.length > 1, signal, timeoutMs }
  const reply = await complete(client, { model, prompt, ...asked }, limits)
  checkModel(reply.model, model)
  return choicesOf(reply, sequences.length).map((choice, n) => {
    const ids = sequences[n] as Int32Array
    return way === 'prompt_logprobs'
      ? readPromptLogprobs(choice.prompt_logprobs, ids)
      : readEcho(choice.logprobs, ids)
  })
}

/** Scores a text as the server tokenizes it, special tokens added; for the probe. */
export async function scoreText(
  { client, model }: ScoringTarget,
  text: string,
  signal?: AbortSignal,
): Promise<{ ids: Int32Array; scores: Float32Array }> {
  const asked = {
    max_tokens: 1,
    prompt_logprobs: 0,
    add_special_tokens: true,
    return_token_ids: true,
  }
  const limits = { tokens: text.length, signal }
  const choice = choiceOf(await complete(client, { model, prompt: text, ...asked }, limits))
  const ids = idsOf(choice.prompt_token_ids, 'prompt_token_ids')
  return { ids, scores: readPromptLogprobs(choice.prompt_logprobs, ids) }
}

/** Generates greedily after bare ids, with the scores of the generated tokens; for the probe. */
export async function continueIds(
  { client, model }: ScoringTarget,
  ids: Int32Array,
  count: number,
  signal?: AbortSignal,
): Promise<Continuation> {
  const asked = { max_tokens: count, logprobs: 1, return_token_ids: true }
  const limits = { tokens: ids.length + count, signal }
  const choice = choiceOf(
    await complete(client, { model, prompt: Array.from(ids), ...asked }, limits),
  )
  const lists = readEchoLists(choice.logprobs, 'choices.logprobs')
  const known = Array.isArray(choice.token_ids) ? choice.token_ids : null
  return listedContinuation(choice.text, { ...lists, ids: known })
}
