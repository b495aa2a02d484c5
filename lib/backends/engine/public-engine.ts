import { LlamaGrammarEvaluationState } from 'node-llama-cpp'
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { AppError, throwIfAborted } from '@/lib/errors'
import type { GenerateParams, GeneratedToken, TokenLogprob } from '../types'
import { controlTokens, type SpecialToken } from './engine-types'
import type { CoreEngine, EngineArgs, EngineFacts, GenerateArgs } from './engine-types'
import type { GenerationResult } from './engine-types'
import { topIds } from './logsumexp'
import { ReplyText } from './reply-text'
import { randomStream, sampleToken } from './sampler'

// The least positive float32: a probability that the library rounded to zero is at most this.
const SMALLEST = Math.log(1.401298464324817e-45)
const BATCH = 512
const encoder = new TextEncoder()

type Sequence = LlamaContextSequence

/** What the public engine is opened with. */
export interface PublicOptions extends Pick<EngineArgs, 'modelPath' | 'threads' | 'gpuLayers'> {
  contextLength: number
}

function asTokens(ids: Int32Array): Token[] {
  return Array.from(ids) as Token[]
}

/**
 * A model reached through node-llama-cpp's public functions: slow for scores, but without any assumption about memory
 * layouts. One sequence at a time, so that a reply does not depend on what runs beside it.
 */
export class PublicEngine implements CoreEngine {
  readonly facts: EngineFacts
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly context: LlamaContext,
    private readonly contextLength: number,
  ) {
    const { tokens } = model
    const tokenizer = model.fileInfo.metadata.tokenizer
    const vocabSize = tokenizer.ggml.tokens.length
    this.facts = {
      vocabSize,
      bosId: tokens.shouldPrependBosToken ? tokens.bos : null,
      bosText: tokens.bosString ?? '',
      eosText: tokens.eosString ?? '',
      chatTemplate: tokenizer.chat_template ?? null,
      specials: controlTokens(vocabSize, (id) => this.readSpecial(id)),
    }
  }

  /** Opens a model file. Throws the library's own error when it cannot be loaded. */
  static async open(llama: Llama, options: PublicOptions): Promise<PublicEngine> {
    const { modelPath, gpuLayers, threads, contextLength } = options
    const model = await llama.loadModel({ modelPath, gpuLayers })
    const context = await model.createContext({
      contextSize: contextLength,
      batchSize: Math.min(BATCH, contextLength),
      threads,
      sequences: 1,
      flashAttention: false,
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
    })
    return new PublicEngine(llama, model, context, contextLength)
  }

  tokenize(text: string, addSpecial: boolean): Int32Array {
    const ids = this.model.tokenize(text, false)
    const bos = addSpecial ? this.facts.bosId : null
    return Int32Array.from(bos === null ? ids : [bos, ...ids])
  }

  tokenText(id: number): string {
    return this.model.detokenize([id as Token], true)
  }

  async score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const results: Float32Array[] = []
    for (const ids of sequences) {
      results.push(await this.exclusively(() => this.scoreOne(ids, signal)))
    }
    return results
  }

  generate(...asked: GenerateArgs): Promise<GenerationResult> {
    return this.exclusively(() => this.generateOne(...asked))
  }

  async close(): Promise<void> {
    await this.context.dispose()
    await this.model.dispose()
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.turn.then(work)
    this.turn = run.catch(() => undefined)
    return run
  }

  private async withSequence<T>(work: (sequence: Sequence) => Promise<T>): Promise<T> {
    const sequence = this.context.getSequence()
    try {
      return await work(sequence)
    } finally {
      await sequence.clearHistory()
      await sequence.dispose()
    }
  }

  private scoreOne(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
    const scores = new Float32Array(ids.length).fill(Number.NaN)
    if (ids.length < 2) return Promise.resolve(scores)
    return this.withSequence(async (sequence) => {
      // The library keeps a map of the whole vocabulary a token: a slice at a time bounds the memory.
      const slice = 32
      for (let start = 0; start < ids.length - 1; start += slice) {
        throwIfAborted(signal)
        const end = Math.min(ids.length - 1, start + slice)
        const outputs = await sequence.controlledEvaluate(
          asTokens(ids.subarray(start, end)).map((token) => [
            token,
            { generateNext: { probabilities: true } },
          ]),
        )
        for (let i = start; i < end; i += 1) {
          const table = outputs[i - start]?.next.probabilities
          if (!table) throw new AppError('data_error', 'The library returned no probabilities.')
          const p = table.get(ids[i + 1] as Token) ?? 0
          if (Number.isNaN(p)) throw new AppError('data_error', 'The model returned no numbers.')
          scores[i + 1] = Math.min(0, p > 0 ? Math.log(p) : SMALLEST)
        }
      }
      return scores
    })
  }

  private generateOne(
    ...[prompt, params, grammar, signal]: GenerateArgs
  ): Promise<GenerationResult> {
    const room = this.contextLength - prompt.length
    if (prompt.length === 0 || room < 1) {
      const message = `The prompt has ${prompt.length} tokens and the model reads at most ${this.contextLength}, reply included.`
      return Promise.reject(new AppError('data_error', message))
    }
    if (grammar !== null && params.topLogprobs !== null) {
      const message =
        'Probabilities of a constrained reply need the fast path of the engine, which is not available here.'
      return Promise.reject(new AppError('capability_missing', message))
    }
    const limit = Math.max(1, Math.min(params.maxTokens, room))
    return this.withSequence(async (sequence) => {
      const text = new ReplyText(params.stop)
      const tokens: GeneratedToken[] = []
      const steps =
        grammar === null
          ? this.freeSteps(sequence, prompt, params, tokens)
          : this.constrainedSteps(sequence, prompt, params, grammar)
      let finishReason: GenerationResult['finishReason'] = 'other'
      let count = 0
      for await (const id of steps) {
        throwIfAborted(signal)
        if (this.model.isEogToken(id)) {
          tokens.length = Math.min(tokens.length, count)
          finishReason = 'stop'
          break
        }
        count += 1
        if (text.add(encoder.encode(this.model.detokenize([id], false)))) finishReason = 'stop'
        else if (count >= limit) finishReason = 'length'
        if (finishReason !== 'other') break
      }
      return {
        text: text.finish(),
        finishReason,
        promptTokens: prompt.length,
        completionTokens: count,
        tokens: params.topLogprobs === null ? null : text.kept(tokens),
      }
    })
  }

  /** Yields tokens that this program's own sampler takes from the full distribution. */
  private async *freeSteps(
    sequence: Sequence,
    prompt: Int32Array,
    params: GenerateParams,
    described: GeneratedToken[],
  ): AsyncGenerator<Token> {
    const random = randomStream(params.seed)
    let pending = asTokens(prompt)
    for (;;) {
      const ask = { generateNext: { probabilities: true } } as const
      const last = pending.length - 1
      const outputs = await sequence.controlledEvaluate(
        pending.map((token, index) => (index === last ? [token, ask] : token)),
      )
      const table = outputs[last]?.next.probabilities
      if (!table) throw new AppError('data_error', 'The library returned no probabilities.')
      const logprobs = new Float32Array(this.facts.vocabSize).fill(SMALLEST)
      for (const [token, p] of table) if (p > 0) logprobs[token] = Math.log(p)
      const id = sampleToken(logprobs, params, random) as Token
      if (params.topLogprobs !== null) {
        described.push(this.describe(logprobs, id, params.topLogprobs))
      }
      yield id
      pending = [id]
    }
  }

  /** Yields tokens that the library's own sampler takes among those that the grammar allows. */
  private async *constrainedSteps(
    sequence: Sequence,
    prompt: Int32Array,
    params: GenerateParams,
    grammarText: string,
  ): AsyncGenerator<Token> {
    const grammar = await this.llama.createGrammar({ grammar: grammarText })
    const { temperature, topP, topK, minP, seed } = params
    yield* sequence.evaluate(asTokens(prompt), {
      temperature,
      topP,
      topK,
      minP,
      seed,
      yieldEogToken: true,
      grammarEvaluationState: new LlamaGrammarEvaluationState({ model: this.model, grammar }),
    })
  }

  private describe(logprobs: Float32Array, id: number, alternatives: number): GeneratedToken {
    const one = (token: number): TokenLogprob => ({
      text: this.tokenText(token),
      id: token,
      logprob: Math.min(0, logprobs[token] ?? SMALLEST),
    })
    return { ...one(id), top: topIds(logprobs, alternatives).map(one) }
  }

  private readSpecial(id: number): Omit<SpecialToken, 'id'> | null {
    const { control, unknown, lstrip, rstrip } = this.model.getTokenAttributes(id as Token)
    return control || unknown
      ? { text: this.tokenText(id), stripLeft: lstrip, stripRight: rstrip }
      : null
  }
}
