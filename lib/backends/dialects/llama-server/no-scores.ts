import type { HttpClient } from '@/lib/backends/http/client'
import { fieldsOf, listOf } from '@/lib/backends/scoring/wire'

const QUESTION = 'Monday, Tuesday, Wednesday, Thursday'
const TIMEOUT_MS = 30_000
const MAX_BYTES = 64 * 1024

/**
 * Asks for the scores of a prompt and returns why none can be used, with the counts that show it: llama-server answers
 * 200, ignores the request and sends the score of the one token that it generated.
 */
export async function countPromptScores(
  client: HttpClient,
  model: string,
  signal?: AbortSignal,
): Promise<string> {
  const { json } = await client.send({
    method: 'POST',
    path: '/v1/completions',
    body: {
      model,
      prompt: QUESTION,
      echo: true,
      logprobs: 1,
      prompt_logprobs: 0,
      max_tokens: 1,
      temperature: 0,
      stream: false,
    },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    signal,
  })
  const reply = fieldsOf(json, 'the top')
  const choice = fieldsOf(listOf(reply.choices, 'choices')[0], 'choices.0')
  const scores = (choice.logprobs ?? {}) as { content?: unknown; token_logprobs?: unknown }
  const list = scores.content ?? scores.token_logprobs
  const found = Array.isArray(list) ? list.length : 0
  const asked = Number(fieldsOf(reply.usage, 'usage').prompt_tokens)
  return (
    `Asked for the scores of ${asked} tokens of a prompt, the server answered with ${found}, of what it generated: ` +
    'it accepts echo and prompt_logprobs and ignores them.'
  )
}
