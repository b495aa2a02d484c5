import type { HttpClient } from '../http/client'
import type { Continuation } from '../probe/port'
import { choiceOf, complete } from './send'
import { countOf, fieldsOf, idsOf, listOf, logprobOf, textOf, wrongReply } from './wire'

/** An echoed text: its tokens as text, and their values as the server sent them. */
export interface EchoedText {
  tokens: string[]
  values: unknown[]
  /** Ids of the tokens, where the server sends them. */
  ids: unknown[] | null
}

/** Returns the parallel lists `tokens`, `token_logprobs` and, where it is there, `token_ids`. */
export function readEchoLists(value: unknown, where: string): EchoedText {
  const logprobs = fieldsOf(value, where)
  const tokens = listOf(logprobs.tokens, `${where}.tokens`).map((token) => String(token))
  const values = listOf(logprobs.token_logprobs, `${where}.token_logprobs`)
  if (values.length !== tokens.length) {
    wrongReply('count', `${values.length} scores came back for ${tokens.length} tokens.`)
  }
  const ids = logprobs.token_ids
  return { tokens, values, ids: Array.isArray(ids) && ids.length === tokens.length ? ids : null }
}

/**
 * Throws unless the first `count` tokens make up the text from character `from` on; pieces of letters that are cut in
 * two cannot be compared.
 */
export function checkEchoedText(tokens: readonly string[], text: string): void {
  const echoed = tokens.join('')
  if (echoed.includes('\ufffd') || echoed.trimStart() === text.trimStart()) return
  wrongReply('tokens', 'The server scored another text than the one that was sent.')
}

/** Returns the scores of `count` listed tokens, the first of which has none. */
export function listedScores(values: readonly unknown[], count: number): Float32Array {
  const scores = new Float32Array(count).fill(NaN)
  for (let i = 1; i < count; i += 1) scores[i] = logprobOf(values[i], i)
  return scores
}

/** Returns a generated text with its listed tokens; their ids only where the lists hold them. */
export function listedContinuation(
  text: unknown,
  { tokens, values, ids }: EchoedText,
): Continuation {
  const known = ids ? idsOf(ids, 'token_ids') : null
  return {
    text: String(text ?? ''),
    tokens: tokens.map((token, i) => ({
      text: token,
      id: known?.[i] ?? null,
      logprob: logprobOf(values[i], i),
    })),
  }
}

/** What a text is echoed with. */
export type EchoRequest = [
  client: HttpClient,
  model: string,
  text: string,
  signal?: AbortSignal,
  timeoutMs?: number,
]

/** A reply to a text echoed with its scores. */
interface EchoReply {
  reply: Record<string, unknown>
  /** The model that it names, empty where it names none. */
  model: string
  /** Tokens of the prompt by the server's count. */
  counted: number | null
}

/** Returns the reply to a text echoed with its scores. One token is generated: none means without limit on some servers. */
export async function requestEcho(
  ...[client, model, text, signal, timeoutMs]: EchoRequest
): Promise<EchoReply> {
  const body = { model, prompt: text, max_tokens: 1, echo: true, logprobs: 1 }
  const reply = await complete(client, body, { tokens: text.length, signal, timeoutMs })
  const usage = fieldsOf(reply.usage ?? {}, 'usage')
  return { reply, model: textOf(reply.model), counted: countOf(usage.prompt_tokens) }
}

/** Throws unless the ids that a service scored are those of the tokenizer file, or those that were sent. */
export function checkScoredIds(found: ArrayLike<number> | null, ids: Int32Array, of: string): void {
  if (found === null || ids.some((id, i) => id !== found[i])) {
    wrongReply('tokens', `The service scored other tokens than those ${of}.`)
  }
}

/** Generates greedily after bare ids or a text, with the scores of the generated tokens; for the probe. */
export async function continuePrompt(
  client: HttpClient,
  model: string,
  prompt: Int32Array | string,
  count: number,
  signal?: AbortSignal,
): Promise<Continuation> {
  const asked = typeof prompt === 'string' ? prompt : Array.from(prompt)
  const body = { model, prompt: asked, max_tokens: count, logprobs: 1 }
  const choice = choiceOf(await complete(client, body, { tokens: prompt.length + count, signal }))
  const lists = readEchoLists(choice.logprobs, 'choices.logprobs')
  return listedContinuation(
    choice.text,
    typeof prompt === 'string' ? { ...lists, ids: null } : lists,
  )
}
