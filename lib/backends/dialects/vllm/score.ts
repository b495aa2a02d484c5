import type { HttpClient } from '@/lib/backends/http/client'
import { sendScoring } from '@/lib/backends/scoring/send'
import {
  byIndex,
  checkModel,
  fieldsOf,
  idsOf,
  listOf,
  logprobOf,
  wrongReply,
} from '@/lib/backends/scoring/wire'

const PATH = '/v1/completions'
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

function bodyOf(target: ScoringTarget, prompt: number[][]): Record<string, unknown> {
  const common = { model: target.model, prompt, temperature: 0, stream: false }
  return target.way === 'prompt_logprobs'
    ? { ...common, max_tokens: 1, prompt_logprobs: 0 }
    : { ...common, max_tokens: 0, echo: true, logprobs: 0, return_tokens_as_token_ids: true }
}

/** Scores id sequences of at least two tokens in one request. */
export async function scoreIds(
  target: ScoringTarget,
  sequences: readonly Int32Array[],
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Float32Array[]> {
  const prompt = sequences.map((ids) => Array.from(ids))
  const json = await sendScoring(target.client, {
    path: PATH,
    body: bodyOf(target, prompt),
    tokens: sequences.reduce((sum, ids) => sum + ids.length, 0),
    isList: sequences.length > 1,
    signal,
    timeoutMs,
  })
  const reply = fieldsOf(json, 'the top')
  checkModel(reply.model, target.model)
  const choices = byIndex(listOf(reply.choices, 'choices'), sequences.length)
  return choices.map((choice, n) => {
    const ids = sequences[n] as Int32Array
    return target.way === 'prompt_logprobs'
      ? readPromptLogprobs(choice.prompt_logprobs, ids)
      : readEcho(choice.logprobs, ids)
  })
}

/** Scores a text as the server cuts it, special tokens added; for the probe. */
export async function scoreText(
  { client, model }: ScoringTarget,
  text: string,
  signal?: AbortSignal,
): Promise<{ ids: Int32Array; scores: Float32Array }> {
  const json = await sendScoring(client, {
    path: PATH,
    body: {
      model,
      prompt: text,
      max_tokens: 1,
      temperature: 0,
      prompt_logprobs: 0,
      add_special_tokens: true,
      return_token_ids: true,
      stream: false,
    },
    tokens: text.length,
    signal,
  })
  const [choice] = byIndex(listOf(fieldsOf(json, 'the top').choices, 'choices'), 1)
  const ids = idsOf(choice?.prompt_token_ids, 'prompt_token_ids')
  return { ids, scores: readPromptLogprobs(choice?.prompt_logprobs, ids) }
}

/** Generates greedily after bare ids, with the scores of the generated tokens; for the probe. */
export async function continueIds(
  { client, model }: ScoringTarget,
  ids: Int32Array,
  count: number,
  signal?: AbortSignal,
) {
  const json = await sendScoring(client, {
    path: PATH,
    body: {
      model,
      prompt: Array.from(ids),
      max_tokens: count,
      temperature: 0,
      logprobs: 1,
      return_token_ids: true,
      stream: false,
    },
    tokens: ids.length + count,
    signal,
  })
  const [choice] = byIndex(listOf(fieldsOf(json, 'the top').choices, 'choices'), 1)
  const logprobs = fieldsOf(choice?.logprobs, 'choices.logprobs')
  const values = listOf(logprobs.token_logprobs, 'token_logprobs')
  const texts = listOf(logprobs.tokens, 'tokens')
  const generated = Array.isArray(choice?.token_ids) ? idsOf(choice.token_ids, 'token_ids') : null
  return {
    text: String(choice?.text ?? ''),
    tokens: values.map((value, i) => ({
      text: String(texts[i] ?? ''),
      id: generated?.[i] ?? null,
      logprob: logprobOf(value, i),
    })),
  }
}
