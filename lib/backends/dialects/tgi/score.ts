import type { HttpClient } from '@/lib/backends/http/client'
import type { Continuation } from '@/lib/backends/probe/port'
import { sendScoring } from '@/lib/backends/scoring/send'
import { fieldsOf, idsOf, listOf, logprobOf, wrongReply } from '@/lib/backends/scoring/wire'

/** Tokens of a prompt as the server tokenized it, and their scores. */
export interface Prefill {
  ids: Int32Array
  scores: Float32Array
}

async function generate(
  client: HttpClient,
  text: string,
  parameters: Record<string, unknown>,
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Record<string, unknown>> {
  const json = await sendScoring(client, {
    path: '/generate',
    // A temperature of 0 is refused; without sampling none is needed.
    body: { inputs: text, parameters: { do_sample: false, details: true, ...parameters } },
    tokens: text.length,
    signal,
    timeoutMs,
  })
  const reply = fieldsOf(Array.isArray(json) ? json[0] : json, 'the top')
  return fieldsOf(reply.details, 'details')
}

/** Returns the prompt's tokens in `details.prefill`: `{ id, text, logprob }`, the first without a value. */
export function readPrefill(details: Record<string, unknown>): Prefill {
  const entries = listOf(details.prefill, 'details.prefill').map((entry, i) =>
    fieldsOf(entry, `details.prefill.${i}`),
  )
  if (
    entries.length === 0 ||
    (entries.length > 1 && entries.every((entry) => entry.logprob === null))
  ) {
    wrongReply('ignored', 'The server returned no log-probabilities of the prompt.')
  }
  const ids = idsOf(
    entries.map((entry) => entry.id),
    'details.prefill',
  )
  const scores = Float32Array.from(entries, (entry, i) =>
    i === 0 ? NaN : logprobOf(entry.logprob, i),
  )
  return { ids, scores }
}

/** Scores a text as the server tokenizes it, with the special tokens that it adds. */
export async function scoreText(
  client: HttpClient,
  text: string,
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Prefill> {
  const parameters = { max_new_tokens: 1, decoder_input_details: true, truncate: null }
  return readPrefill(await generate(client, text, parameters, signal, timeoutMs))
}

/** Generates greedily after a text, with the scores of the generated tokens; for the probe. */
export async function continueText(
  client: HttpClient,
  text: string,
  count: number,
  signal?: AbortSignal,
): Promise<Continuation> {
  const details = await generate(client, text, { max_new_tokens: count }, signal)
  const tokens = listOf(details.tokens, 'details.tokens')
    .map((entry, i) => fieldsOf(entry, `details.tokens.${i}`))
    .filter((token) => token.special !== true)
    .map((token, i) => ({
      text: String(token.text ?? ''),
      id: idsOf([token.id], 'details.tokens')[0] as number,
      logprob: logprobOf(token.logprob, i),
    }))
  return { text: tokens.map((token) => token.text).join(''), tokens }
}
