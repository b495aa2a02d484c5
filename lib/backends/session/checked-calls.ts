import { AppError } from '@/lib/errors'
import {
  GREEDY,
  type BackendSession,
  type EmbedReply,
  type GenerateReply,
  type RewardPair,
} from '../types'
import { requestError } from './request-error'

/** Kinds of call, each limited by itself: prompt scores are heavy on a server, the others light. */
export const CALL_KINDS = ['chat', 'score', 'embed', 'reward', 'tokenize'] as const
export type CallKind = (typeof CALL_KINDS)[number]

function wrong(message: string): never {
  throw requestError({ kind: 'data_error', reason: 'reply_shape', httpStatus: null }, message)
}

function missing(what: string): never {
  throw new AppError('capability_missing', `This backend cannot ${what}.`)
}

function checkScores(sequences: readonly Int32Array[], scores: readonly Float32Array[]): void {
  if (scores.length !== sequences.length) {
    wrong('The backend returned scores for another number of texts.')
  }
  sequences.forEach((ids, n) => {
    const values = scores[n] as Float32Array
    if (values.length !== ids.length) {
      wrong(`${values.length} scores came back for ${ids.length} tokens.`)
    }
    for (let i = 1; i < values.length; i += 1) {
      if (!Number.isFinite(values[i] as number)) {
        wrong(`Token ${i} of ${values.length} has no finite score.`)
      }
    }
  })
}

/** Returns the scores of a list, one per token; throws `data_error` when the reply does not match the list. */
export async function scoreOnce(
  session: BackendSession,
  sequences: readonly Int32Array[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  if (!session.scoreTokens) missing('score given tokens')
  const scores = await session.scoreTokens(sequences, signal)
  checkScores(sequences, scores)
  return scores
}

/** Without a direction a vector has no distance to any other. */
function checkVectors(vectors: readonly Float32Array[]): void {
  vectors.forEach((vector, n) => {
    if (!vector.every(Number.isFinite)) wrong(`The vector of text ${n} is not finite.`)
    if (!vector.some((value) => value !== 0)) wrong(`The vector of text ${n} is all zeros.`)
  })
}

/** Returns one vector a text; throws `data_error` when the reply does not match the list, or a vector is no direction. */
export async function embedOnce(
  session: BackendSession,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<EmbedReply> {
  if (!session.embed) missing('embed texts')
  const reply = await session.embed(texts, signal)
  if (reply.vectors.length !== texts.length) {
    wrong('The backend returned another number of vectors than texts.')
  }
  checkVectors(reply.vectors)
  return reply
}

/** Returns one reward a pair; throws `data_error` when the reply does not match the list. */
export async function rewardOnce(
  session: BackendSession,
  pairs: readonly RewardPair[],
  signal?: AbortSignal,
): Promise<number[]> {
  if (!session.reward) missing('give rewards')
  const rewards = await session.reward(pairs, signal)
  if (rewards.length !== pairs.length || !rewards.every(Number.isFinite)) {
    wrong('The backend returned another number of rewards than pairs, or one that is not finite.')
  }
  return rewards
}

/** Returns a chat reply. */
export async function chatOnce(
  session: BackendSession,
  request: Parameters<NonNullable<BackendSession['generate']>>[0],
  signal?: AbortSignal,
): Promise<GenerateReply> {
  if (!session.generate) missing('chat')
  return session.generate(request, signal)
}

/** Asks for one token, greedily. */
export function smallChat(session: BackendSession, signal?: AbortSignal): Promise<GenerateReply> {
  const messages = [{ role: 'user', content: 'Say yes.' } as const]
  return chatOnce(session, { messages, params: { ...GREEDY, maxTokens: 1 } }, signal)
}

/**
 * Asks something small of one kind, to tell a server that is out of order from an input that it chokes on. `ids` are two
 * tokens that the model knows; without them scoring stands for anything else that the server offers.
 */
export async function askSomethingSmall(
  session: BackendSession,
  kind: CallKind,
  ids: Int32Array | null,
  signal?: AbortSignal,
): Promise<void> {
  if (kind === 'chat') await smallChat(session, signal)
  else if (kind === 'score') {
    const [own] = ids ? [ids] : ((await session.tokenize?.(['yes or no'], false, signal)) ?? [])
    if (own) await scoreOnce(session, [own], signal)
  } else if (kind === 'embed') await embedOnce(session, ['yes'], signal)
  else if (kind === 'reward')
    await rewardOnce(session, [{ request: 'Say yes.', reply: 'Yes.' }], signal)
  else if (kind === 'tokenize') await session.tokenize?.(['yes'], false, signal)
}
