import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, throwIfAborted } from '@/lib/errors'
import type {
  BackendSession,
  GenerateReply,
  GenerateRequest,
  GeneratedToken,
  ModelIdentity,
} from '@/lib/backends/types'
import type { FakeConfig } from './config'
import { fakeReward, fakeVector } from './embed'
import { textHash, unit } from './hash'
import { fakeReply } from './reply'
import { fakeScores, FakeTokenizer } from './tokens'

const CONTEXT_TOKENS = 4096

/** Returns the identity of a fake model: seed and tokenizer decide every number; latency and faults do not. */
export function fakeIdentity(config: FakeConfig): ModelIdentity {
  return {
    kind: 'fake',
    server: 'evolens fake v1',
    model: `fake-${config.seed}`,
    revision: '1',
    dtype: 'f32',
    settings: { bos: config.bos },
    tokenizer: 'words',
    contextLength: CONTEXT_TOKENS,
    bosId: config.bos ? 1 : null,
  }
}

function generatedTokens(
  pieces: string[],
  tokenizer: FakeTokenizer,
  request: GenerateRequest,
  seed: number,
): GeneratedToken[] {
  const start = textHash(request.messages.map((message) => message.content).join('\n'), seed)
  const wanted = request.params.topLogprobs ?? 0
  return pieces.map((text, i) => {
    const p = 0.35 + 0.6 * unit(start, i)
    const own = { text, id: tokenizer.id(text), logprob: Math.log(p) }
    const others = Array.from({ length: Math.max(0, wanted - 1) }, (_, k) => {
      const other = ` alternative${k + 1}`
      // Shares of what is left fall by half, so the list is sorted and sums to less than one.
      return { text: other, id: tokenizer.id(other), logprob: Math.log((1 - p) / 2 ** (k + 1)) }
    })
    const top = wanted > 0 ? [own, ...others].sort((a, b) => b.logprob - a.logprob) : []
    return { ...own, top }
  })
}

/** Opens a fake model: every answer is a pure function of seed and request; latency and faults come on top. */
export function openFake(config: FakeConfig): BackendSession {
  const tokenizer = new FakeTokenizer(config.bos)
  let calls = 0

  const serve = async (texts: readonly string[], signal?: AbortSignal): Promise<void> => {
    throwIfAborted(signal)
    calls += 1
    const number = calls
    if (config.latencyMs > 0) {
      await sleep(config.latencyMs, undefined, signal ? { signal } : {}).catch(() => undefined)
      throwIfAborted(signal)
    }
    if (config.failEvery > 0 && number % config.failEvery === 0) {
      throw new AppError(
        'backend_unavailable',
        `The fake backend fails every ${config.failEvery}th call.`,
      )
    }
    const { failMarker } = config
    if (failMarker && texts.some((text) => text.includes(failMarker))) {
      throw new AppError('data_error', 'The fake backend refuses texts with its marker.')
    }
  }

  return {
    identity: fakeIdentity(config),
    limits: {
      chatConcurrency: config.concurrency,
      scoreConcurrency: config.concurrency,
      scoreBatchTokens: 8192,
      scoreBatchPrompts: 16,
      embedBatchTexts: 32,
    },
    async generate(request, signal): Promise<GenerateReply> {
      const start = performance.now()
      await serve(
        request.messages.map((message) => message.content),
        signal,
      )
      const { params } = request
      const sampled = params.temperature > 0 ? params.seed : 0
      const whole = fakeReply(request.messages, params.jsonSchema, config.seed + sampled)
      const all = tokenizer.pieces(whole)
      const pieces = all.slice(0, params.maxTokens)
      const prompt = request.messages.reduce(
        (sum, { content }) => sum + tokenizer.pieces(content).length,
        0,
      )
      return {
        text: pieces.join(''),
        finishReason: pieces.length < all.length ? 'length' : 'stop',
        usage: { promptTokens: prompt, completionTokens: pieces.length },
        ...(params.topLogprobs === null
          ? {}
          : { tokens: generatedTokens(pieces, tokenizer, request, config.seed) }),
        model: `fake-${config.seed}`,
        latencyMs: performance.now() - start,
      }
    },
    async scoreTokens(sequences, signal) {
      await serve(
        sequences.map((ids) => Array.from(ids, (id) => tokenizer.text(id)).join('')),
        signal,
      )
      const long = sequences.find((ids) => ids.length > CONTEXT_TOKENS)
      if (long)
        throw new AppError('data_error', `${long.length} tokens are more than ${CONTEXT_TOKENS}.`)
      return sequences.map((ids) => fakeScores(ids, config.seed))
    },
    async embed(texts, signal) {
      await serve(texts, signal)
      return {
        vectors: texts.map((text) => fakeVector(text, config.seed)),
        truncated: texts.map(() => false),
      }
    },
    async reward(pairs, signal) {
      await serve(
        pairs.map(({ reply }) => reply),
        signal,
      )
      return pairs.map((pair) => fakeReward(pair, config.seed))
    },
    async tokenize(texts, addSpecial, signal) {
      throwIfAborted(signal)
      return texts.map((text) => tokenizer.encode(text, addSpecial))
    },
    async chatIds(conversations, open, signal) {
      throwIfAborted(signal)
      return conversations.map((messages) => tokenizer.chat(messages, open))
    },
    async tokenTexts(ids) {
      return Array.from(ids, (id) => tokenizer.text(id))
    },
    async close() {
      // Nothing is held open.
    },
  }
}
