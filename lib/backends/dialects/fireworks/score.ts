import type { HttpClient } from '@/lib/backends/http/client'
import type { TextScores } from '@/lib/backends/probe/port'
import {
  checkScoredIds,
  listedScores,
  readEchoLists,
  requestEcho,
  type EchoRequest,
} from '@/lib/backends/scoring/echo'
import { choiceOf, choicesOf, complete, tokensIn } from '@/lib/backends/scoring/send'
import { checkModel, idsOf, wrongReply } from '@/lib/backends/scoring/wire'

function echoed(choice: Record<string, unknown>, count: number | null): TextScores {
  const lists = readEchoLists(choice.logprobs, 'choices.logprobs')
  if (!lists.ids) wrongReply('tokens', 'The echo does not say which tokens it scored.')
  const length = count ?? lists.tokens.length
  if (lists.tokens.length < length) {
    wrongReply('count', `${lists.tokens.length} scores came back for ${length} tokens.`)
  }
  const ids = idsOf(lists.ids, 'token_ids').slice(0, length)
  // A generated token stands at the end; a value of the first token, if there is one, is of no use.
  return { ids, scores: listedScores(lists.values, length) }
}

/** Scores id sequences of at least two tokens in one request, by echo; the ids in the reply are compared with ours. */
export async function scoreIds(
  target: { client: HttpClient; model: string; replied: string },
  sequences: readonly Int32Array[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const body = {
    model: target.model,
    prompt: sequences.map((ids) => Array.from(ids)),
    max_tokens: 1,
    echo: true,
    logprobs: 1,
  }
  const limits = { tokens: tokensIn(sequences), isList: sequences.length > 1, signal }
  const reply = await complete(target.client, body, limits)
  checkModel(reply.model, target.replied)
  return choicesOf(reply, sequences.length).map((choice, n) => {
    const ids = sequences[n] as Int32Array
    const { ids: found, scores } = echoed(choice, ids.length)
    checkScoredIds(found, ids, 'that were sent')
    return scores
  })
}

/** Scores a text as the service tokenizes it, and says which model answered. */
export async function scoreText(
  ...asked: EchoRequest
): Promise<{ ids: Int32Array; scores: Float32Array; model: string }> {
  const { reply, model, counted } = await requestEcho(...asked)
  const choice = choiceOf(reply)
  if (counted === null) wrongReply('reply_shape', 'The reply has no count of prompt tokens.')
  const { ids, scores } = echoed(choice, counted)
  return { ids: ids as Int32Array, scores, model }
}
