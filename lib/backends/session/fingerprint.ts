import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { KnownModel } from '@/lib/contracts/model'
import { errorCode, errorMessage } from '@/lib/errors'
import { compareVectors } from '../probe/identity'
import { chatOnce, embedOnce, rewardOnce, scoreOnce, smallChat } from './checked-calls'
import { failureOf, isPausing, isUnreachable, requestError } from './request-error'
import {
  GREEDY,
  type BackendSession,
  type GenerateParams,
  type ModelFacts,
  type ModelIdentity,
  type ProbeVector,
  type RewardPair,
} from '../types'

// Easy for any competent model, and no token follows itself.
/** The text by whose scores or embedding a model is recognised. */
export const FIXED_TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
// Wider than the tolerance of a probe, because this one is asked under load: a server's own noise stays below 0.05 nats,
// while other weights, other quantisations included, differ by more than 0.1 on some token.
const SCORE_TOLERANCE = 0.1
// Entries of a unit vector: batching moves them by less than 0.001, another model by about 1/sqrt(dimension).
const EMBEDDING_TOLERANCE = 5e-3
// Rewards are logits of a few units: batching moves them by some hundredths in half precision, another model by far more.
const REWARD_TOLERANCE = 0.1
// Output scores of one server differ by up to 0.13 nats when several requests run at once (recorded: llama-server).
const OUTPUT_TOLERANCE = 0.25
const ALTERNATIVES = 5
// Two models rarely write the same dozen tokens here; a question with one right answer would not tell them apart.
/** The chat question by whose reply a model without scores of given text is recognised. */
export const FIXED_QUESTION = 'Write one sentence about the sea.'
const REPLY_TOKENS = 12
// A busy server may choose another token where two are nearly as likely.
const REPLY_TRIES = 3

/** Returns the scores of the fixed text as an answer to compare. */
export function scoreVector(ids: Int32Array, scores: Float32Array): ProbeVector {
  const values = [...scores.subarray(1)]
  return { of: 'promptScores', labels: [...ids], values, tolerance: SCORE_TOLERANCE }
}

/** Returns the embedding of the fixed text as an answer to compare. */
export function embeddingVector(vector: Float32Array): ProbeVector {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1
  const values = [...vector].map((value) => value / length)
  return { of: 'embedding', labels: [], values, tolerance: EMBEDDING_TOLERANCE }
}

async function askScores(
  session: BackendSession,
  known: Int32Array | null,
  signal?: AbortSignal,
): Promise<ProbeVector | null> {
  const ids = known ?? (await session.tokenize?.([FIXED_TEXT], true, signal))?.[0]
  if (!ids || ids.length < 2) return null
  const [scores] = await scoreOnce(session, [ids], signal)
  return scores ? scoreVector(ids, scores) : null
}

async function askEmbedding(session: BackendSession, signal?: AbortSignal) {
  const [vector] = (await embedOnce(session, [FIXED_TEXT], signal)).vectors
  return vector ? embeddingVector(vector) : null
}

/** A request with a reply that answers it and one that does not: by their rewards a reward model is tried and recognised. */
export const REWARD_PAIRS: readonly [RewardPair, RewardPair] = [
  { request: 'What is the capital of France?', reply: 'The capital of France is Paris.' },
  { request: 'What is the capital of France?', reply: 'Bananas grow in warm countries.' },
]

/** Returns the rewards of the fixed pairs as an answer to compare. */
export function rewardVector(rewards: readonly number[]): ProbeVector {
  return { of: 'reward', labels: [], values: [...rewards], tolerance: REWARD_TOLERANCE }
}

async function askRewards(session: BackendSession, signal?: AbortSignal) {
  return rewardVector(await rewardOnce(session, REWARD_PAIRS, signal))
}

function askFixed(session: BackendSession, params: Partial<GenerateParams>, signal?: AbortSignal) {
  const messages = [{ role: 'user', content: FIXED_QUESTION } as const]
  return chatOnce(session, { messages, params: { ...GREEDY, ...params } }, signal)
}

async function outputVector(
  session: BackendSession,
  signal?: AbortSignal,
): Promise<ProbeVector | null> {
  const reply = await askFixed(session, { maxTokens: 1, topLogprobs: ALTERNATIVES }, signal)
  const top = (reply.tokens?.[0]?.top ?? []).filter(({ logprob }) => Number.isFinite(logprob))
  if (top.length === 0) return null
  return {
    of: 'outputScores',
    labels: top.map(({ text }) => text),
    values: top.map(({ logprob }) => logprob),
    tolerance: OUTPUT_TOLERANCE,
  }
}

/** Returns the answer in numbers of the kind that `of` names; null where the session gives none. */
async function vectorOf(
  session: BackendSession,
  of: ProbeVector['of'],
  ids: Int32Array | null,
  signal?: AbortSignal,
): Promise<ProbeVector | null> {
  if (of === 'promptScores') return session.scoreTokens ? askScores(session, ids, signal) : null
  if (of === 'reward') return session.reward ? askRewards(session, signal) : null
  if (of === 'embedding') return session.embed ? askEmbedding(session, signal) : null
  return session.generate ? outputVector(session, signal) : null
}

/** Returns the kind of answer in numbers that a session can give best. */
function bestOf(session: BackendSession): ProbeVector['of'] {
  if (session.scoreTokens && session.tokenize) return 'promptScores'
  if (session.reward && !session.generate) return 'reward'
  return session.embed ? 'embedding' : 'outputScores'
}

/** Asks what a model may refuse; null then, because a refusal says nothing of the model. Throws when the server is away. */
async function unlessRefused<T>(ask: () => Promise<T | null>): Promise<T | null> {
  // A reply that was spoilt once would leave the model without the mark by which it is known.
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      const failure = failureOf(error)
      const away = isUnreachable(failure) || failure.kind === 'wait' || isPausing(error)
      if (errorCode(error) === 'cancelled' || away) throw error
      if (failure.kind !== 'data_error' || tries === REPLY_TRIES) return null
    }
  }
}

/** Returns the greedy reply when two are the same, else null. */
async function stableReply(session: BackendSession): Promise<string | null> {
  const ask = async () => (await askFixed(session, { maxTokens: REPLY_TOKENS })).text
  const first = await ask()
  return first !== '' && first === (await ask()) ? first : null
}

/** Returns what is known of a model by its statement alone. */
export function knownByStatement(identity: ModelIdentity): KnownModel {
  return { identity, facts: {}, vector: null, reply: null, replied: '' }
}

/** Returns what tells the model of an open server apart. Throws when the server is away. */
export async function knowModel(session: BackendSession): Promise<KnownModel> {
  const facts = (await session.describe?.()) ?? {}
  const of = bestOf(session)
  const vector = await unlessRefused(() => vectorOf(session, of, null))
  const chats = session.generate !== undefined
  const hasNumbers = vector !== null && vector.of !== 'outputScores'
  const reply = chats && !hasNumbers ? await unlessRefused(() => stableReply(session)) : null
  // A server that scores need not chat; its vector says more than a name.
  const replied = chats
    ? await smallChat(session).then(
        ({ model }) => model,
        () => '',
      )
    : ''
  return { identity: session.identity, facts, vector, reply, replied }
}

function words(value: unknown): string {
  return canonicalJson(value ?? null).slice(0, 120)
}

function otherField(expected: object, found: object, names: readonly string[]): string | null {
  const [then, now] = [expected, found] as [Record<string, unknown>, Record<string, unknown>]
  const text = (value: unknown) => canonicalJson(value ?? null)
  const name = names.find((one) => text(then[one]) !== text(now[one]))
  if (name === undefined) return null
  return `its ${name} is ${words(now[name])} instead of ${words(then[name])}`
}

/** Facts that one side lacks say nothing: a newer server may state more. */
function otherFact(expected: ModelFacts, found: ModelFacts): string | null {
  const names = Object.keys(expected).filter((name) => name !== 'place' && name in found)
  return otherField(expected, found, names)
}

function otherVector(expected: ProbeVector, found: ProbeVector | null): string | null {
  if (!found) return 'it no longer answers the fixed question by which the model is recognised'
  const { verdict, reason } = compareVectors(expected, found)
  return verdict === 'same'
    ? null
    : `it answers a fixed question otherwise (${reason.replace(/\.$/, '')})`
}

/**
 * Returns why what answers now is not the model that was expected, or null when nothing speaks against it. What is stated
 * comes first: another number format is another model even where the answers lie within the tolerance.
 */
export function modelDifference(expected: KnownModel, found: KnownModel): string | null {
  const names = Object.keys(expected.identity).filter((name) => name !== 'fingerprint')
  const stated =
    otherField(expected.identity, found.identity, names) ?? otherFact(expected.facts, found.facts)
  if (stated !== null) return `${stated}.`
  if (expected.replied && found.replied && expected.replied !== found.replied) {
    return `it answers as ${words(found.replied)} instead of ${words(expected.replied)}.`
  }
  if (expected.vector) {
    const other = otherVector(expected.vector, found.vector)
    return other === null ? null : `${other}.`
  }
  if (expected.reply !== null) {
    if (found.reply === null || found.reply === expected.reply) return null
    return `it replies ${words(found.reply)} to a fixed question instead of ${words(expected.reply)}.`
  }
  const place = otherField(expected.facts, found.facts, ['place'])
  return place !== null && 'place' in expected.facts && 'place' in found.facts ? `${place}.` : null
}

/** A check whose reply cannot be read must be repeated: it says nothing of the rows that were asked about. */
function asTrouble(error: unknown): unknown {
  if (failureOf(error).kind !== 'data_error') return error
  return requestError(
    { kind: 'retry', reason: 'fixed_question', httpStatus: 200 },
    `The answer to the fixed question by which the model is recognised cannot be read: ${errorMessage(error)}`,
    { cause: error },
  )
}

async function otherReply(
  session: BackendSession,
  expected: string,
  signal?: AbortSignal,
): Promise<string | null> {
  let found = ''
  for (let tries = 0; tries < REPLY_TRIES; tries += 1) {
    found = (await askFixed(session, { maxTokens: REPLY_TOKENS }, signal)).text
    if (found === expected) return null
  }
  return `it replies ${words(found)} to a fixed question`
}

/**
 * Returns what makes it doubtful that an open session still reaches the expected model, or null. Asks as little as it can:
 * what the server states, and one question. Throws when the server is away or its answer cannot be read.
 */
export async function lookBriefly(
  session: BackendSession,
  expected: KnownModel,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const facts = await session.describe?.(signal)
    const stated = facts ? otherFact(expected.facts, facts) : null
    if (stated !== null) return stated
    const { vector, reply } = expected
    if (vector && (vector.of !== 'outputScores' || reply === null)) {
      const ids = vector.of === 'promptScores' ? Int32Array.from(vector.labels as number[]) : null
      return otherVector(vector, await vectorOf(session, vector.of, ids, signal))
    }
    if (reply !== null) return await otherReply(session, reply, signal)
    if (!session.generate || expected.replied === '') return null
    const { model } = await smallChat(session, signal)
    return model === expected.replied ? null : `it answers as ${words(model)}`
  } catch (error) {
    throw asTrouble(error)
  }
}
