import type { HttpClient } from '@/lib/backends/http/client'
import { sendScoring, tokensIn } from '@/lib/backends/scoring/send'
import { fieldsOf, idsOf, listOf, logprobOf, wrongReply } from '@/lib/backends/scoring/wire'

const PATH = '/generate'

/** What a scoring request needs to know of its server. */
export interface SglangTarget {
  client: HttpClient
  /** New tokens to ask for: none, or one where the server refuses none. */
  newTokens: 0 | 1
}

/**
 * Returns the scores in `meta_info.input_token_logprobs`: [log-probability, id, text or null] for each token, the first
 * without a value. The ids are compared with ours.
 */
export function readInputLogprobs(meta: Record<string, unknown>, ids: Int32Array): Float32Array {
  const triples = meta.input_token_logprobs
  if (!Array.isArray(triples) || triples.length === 0) {
    wrongReply('ignored', 'The server returned no log-probabilities of the prompt.')
  }
  if (triples.length !== ids.length) {
    wrongReply('count', `${triples.length} scores came back for ${ids.length} tokens.`)
  }
  const scores = new Float32Array(ids.length)
  for (let i = 0; i < ids.length; i += 1) {
    const triple = triples[i] as unknown[]
    if (!Array.isArray(triple) || triple[1] !== ids[i]) {
      wrongReply('tokens', `Token ${i} came back as another one.`)
    }
    scores[i] = i === 0 ? NaN : logprobOf(triple[0], i)
  }
  return scores
}

function samplingOf(newTokens: number) {
  return { max_new_tokens: newTokens, temperature: 0 }
}

const SCORING = {
  stream: false,
  return_logprob: true,
  logprob_start_len: 0,
  top_logprobs_num: 0,
  return_text_in_logprobs: false,
}

/** Scores id sequences of at least two tokens in one request. */
export async function scoreIds(
  { client, newTokens }: SglangTarget,
  sequences: readonly Int32Array[],
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Float32Array[]> {
  const tokens = tokensIn(sequences)
  const body = {
    input_ids: sequences.map((ids) => Array.from(ids)),
    sampling_params: samplingOf(newTokens),
    ...SCORING,
  }
  const isList = sequences.length > 1
  const json = await sendScoring(client, { path: PATH, body, tokens, isList, signal, timeoutMs })
  const replies = listOf(json, 'the top')
  if (replies.length !== sequences.length) {
    wrongReply('count', `${replies.length} results came back for ${sequences.length} prompts.`)
  }
  return replies.map((reply, n) =>
    readInputLogprobs(
      fieldsOf(fieldsOf(reply, `${n}`).meta_info, `${n}.meta_info`),
      sequences[n] as Int32Array,
    ),
  )
}

/** Scores a text as the server tokenizes it, special tokens added; for the probe. */
export async function scoreText(target: SglangTarget, text: string, signal?: AbortSignal) {
  const body = { text, sampling_params: samplingOf(target.newTokens), ...SCORING }
  const request = { path: PATH, body, tokens: text.length, signal }
  const reply = fieldsOf(await sendScoring(target.client, request), 'the top')
  const meta = fieldsOf(reply.meta_info, 'meta_info')
  const triples = listOf(meta.input_token_logprobs, 'input_token_logprobs')
  const ids = idsOf(
    triples.map((triple) => (triple as unknown[])[1]),
    'input_token_logprobs',
  )
  return { ids, scores: readInputLogprobs(meta, ids) }
}

/** Generates greedily after bare ids, with the scores of the generated tokens; for the probe. */
export async function continueIds(
  { client }: SglangTarget,
  ids: Int32Array,
  count: number,
  signal?: AbortSignal,
) {
  const body = {
    input_ids: Array.from(ids),
    sampling_params: samplingOf(count),
    return_logprob: true,
    return_text_in_logprobs: true,
    stream: false,
  }
  const request = { path: PATH, body, tokens: ids.length + count, signal }
  const reply = fieldsOf(await sendScoring(client, request), 'the top')
  const meta = fieldsOf(reply.meta_info, 'meta_info')
  const triples = listOf(meta.output_token_logprobs, 'output_token_logprobs') as unknown[][]
  return {
    text: String(reply.text ?? ''),
    tokens: triples.map(([logprob, id, text], i) => ({
      text: String(text ?? ''),
      id: idsOf([id], 'output_token_logprobs')[0] as number,
      logprob: logprobOf(logprob, i),
    })),
  }
}
