import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '@/lib/errors'
import type { GenerateParams, GeneratedToken, TokenLogprob } from '../types'
import type { GenerateArgs, GenerationResult } from './engine-types'
import { logSumExp, topIds } from './logsumexp'
import { contextStep } from './native-context'
import type { NativeContext } from './native-context'
import type { NativeGrammar } from './native-grammar'
import type { ContextMaker } from './native-score'
import { ReplyText } from './reply-text'
import { randomStream, sampleToken } from './sampler'
import { canShare, HeldPrompts } from './shared-prefix'

/** What of a model the generator needs. */
export interface GeneratorModel {
  vocabSize: number
  contextLength: number
  batch: number
  sequences: number
  bytesOf(id: number): Uint8Array
  tokenText(id: number): string
  isEnd(id: number): boolean
  newGrammar(text: string): NativeGrammar
  makeContext: ContextMaker
}

interface Job {
  prompt: Int32Array
  params: GenerateParams
  limit: number
  grammar: NativeGrammar | null
  random: () => number
  text: ReplyText
  tokens: GeneratedToken[]
  count: number
  last: number
  signal: AbortSignal | undefined
  resolve(result: GenerationResult): void
  reject(error: unknown): void
}

/**
 * Generates replies side by side, one token of each a step. Sequences have streams of their own in the context, so a
 * reply is the same whatever runs beside it. Where a model's kernels depend on the number of rows all the same
 * (`padded`, found by a comparison when the context is made), every step has the full number of rows.
 */
export class NativeGenerator {
  private readonly queue: Job[] = []
  private slots: (Job | null)[]
  private place: HeldPrompts | null = null
  private looping = false
  private freed = false
  private padded = false
  private shares: boolean | null = null

  constructor(private readonly model: GeneratorModel) {
    this.slots = Array.from({ length: model.sequences }, () => null)
  }

  /** Returns the reply to a prompt. Rejects with `data_error` when the prompt fills the context, or `cancelled`. */
  generate(...[prompt, params, grammar, signal]: GenerateArgs): Promise<GenerationResult> {
    const room = this.model.contextLength - prompt.length
    if (prompt.length === 0 || room < 1) {
      const message = `The prompt has ${prompt.length} tokens and the model reads at most ${this.model.contextLength}, reply included.`
      return Promise.reject(new AppError('data_error', message))
    }
    return new Promise((resolve, reject) => {
      this.queue.push({
        prompt,
        params,
        limit: Math.max(1, Math.min(params.maxTokens, room)),
        grammar: grammar === null ? null : this.model.newGrammar(grammar),
        random: randomStream(params.seed),
        text: new ReplyText(params.stop),
        tokens: [],
        count: 0,
        last: 0,
        signal,
        resolve,
        reject,
      })
      if (!this.looping) void this.loop()
    })
  }

  free(): void {
    this.freed = true
    this.leave()
  }

  private leave(): void {
    this.place?.context.free()
    this.place = null
  }

  private async loop(): Promise<void> {
    this.looping = true
    try {
      while (!this.freed && (this.queue.length > 0 || this.slots.some(Boolean))) {
        this.dropCancelled()
        await this.admit()
        this.step()
        await nextTurn()
      }
    } catch (error) {
      // The context's state is unknown now: all replies under way are lost, the next ones get a new context.
      for (const job of [...this.slots, ...this.queue.splice(0)]) if (job) this.fail(job, error)
      this.slots = this.slots.map(() => null)
      this.leave()
    } finally {
      this.looping = false
    }
  }

  private fail(job: Job, error: unknown): void {
    job.grammar?.free()
    job.grammar = null
    job.reject(error)
  }

  private dropCancelled(): void {
    const error = () => new AppError('cancelled', 'The work was cancelled.')
    for (let i = this.queue.length - 1; i >= 0; i -= 1) {
      const job = this.queue[i] as Job
      if (!job.signal?.aborted) continue
      this.queue.splice(i, 1)
      this.fail(job, error())
    }
    this.slots.forEach((job, slot) => {
      if (!job?.signal?.aborted) return
      this.slots[slot] = null
      this.fail(job, error())
    })
  }

  /** Gives free slots to waiting prompts. A prompt that needs a longer context waits until all slots are free. */
  private async admit(): Promise<void> {
    for (let n = 0; n < this.slots.length; n += 1) {
      const job = this.queue[0]
      const free = [...this.slots.keys()].filter((slot) => this.slots[slot] === null)
      if (!job || free.length === 0) return
      const needed = job.prompt.length + job.limit
      if (!this.place || this.place.context.length < needed) {
        if (free.length < this.slots.length) return
        this.leave()
        this.place = this.open(contextStep(needed, this.model.contextLength))
      }
      const slot = this.place.nearest(free, job.prompt)
      this.queue.shift()
      this.slots[slot] = job
      await this.prefill(this.place, job, slot)
    }
  }

  private open(length: number): HeldPrompts {
    const context = this.model.makeContext(length, this.slots.length)
    this.padded = this.dependsOnRows(context)
    this.shares ??= canShare(context)
    return new HeldPrompts(context, this.slots.length, this.model.batch, this.shares)
  }

  private async prefill(place: HeldPrompts, job: Job, slot: number): Promise<void> {
    const { prompt } = job
    const { batch } = this.model
    let start = place.begin(slot, prompt)
    while (start < prompt.length) {
      const end = Math.min(prompt.length, start - (start % batch) + batch)
      for (let i = start; i < end; i += 1) {
        place.context.add(prompt[i] as number, i, slot, i === prompt.length - 1)
      }
      const logits = place.context.decode()
      if (end === prompt.length) {
        place.holds(slot, prompt)
        this.take(job, slot, logits)
      } else await nextTurn()
      start = end
    }
  }

  private step(): void {
    const { place } = this
    if (!place) return
    const { context } = place
    const active: number[] = []
    this.slots.forEach((job, slot) => {
      if (job) {
        active.push(slot)
        context.add(job.last, job.prompt.length + job.count - 1, slot, true)
      } else if (this.padded) {
        context.add(0, place.end(slot), slot, false)
      }
    })
    if (active.length === 0) return
    const logits = context.decode()
    const { vocabSize } = this.model
    active.forEach((slot, row) => {
      const job = this.slots[slot] as Job
      this.take(job, slot, logits.subarray(row * vocabSize, (row + 1) * vocabSize))
    })
  }

  /** Chooses the next token of a reply from its logits, and ends the reply when it is complete. */
  private take(job: Job, slot: number, logits: Float32Array): void {
    let id = sampleToken(logits, job.params, job.random)
    if (job.grammar) {
      if (!job.grammar.allows(id)) {
        const masked = job.grammar.mask(logits)
        id = sampleToken(masked, job.params, job.random)
        if (!Number.isFinite(masked[id])) {
          this.finish(job, slot, 'other')
          return
        }
      }
      job.grammar.accept(id)
    }
    if (this.model.isEnd(id)) {
      this.finish(job, slot, 'stop')
      return
    }
    job.last = id
    job.count += 1
    if (job.params.topLogprobs !== null) {
      job.tokens.push(this.describe(logits, id, job.params.topLogprobs))
    }
    if (job.text.add(this.model.bytesOf(id))) this.finish(job, slot, 'stop')
    else if (job.count >= job.limit) this.finish(job, slot, 'length')
    else if (job.grammar?.isOver(this.model.isEnd)) this.finish(job, slot, 'stop')
  }

  /** Log-probabilities under the model itself: before temperature, before any filter and before a grammar's mask. */
  private describe(logits: Float32Array, id: number, alternatives: number): GeneratedToken {
    const norm = logSumExp(logits, 0, logits.length)
    const one = (token: number): TokenLogprob => ({
      text: this.model.tokenText(token),
      id: token,
      logprob: Math.min(0, (logits[token] as number) - norm),
    })
    return { ...one(id), top: topIds(logits, alternatives).map(one) }
  }

  private finish(job: Job, slot: number, reason: GenerationResult['finishReason']): void {
    this.slots[slot] = null
    job.grammar?.free()
    job.grammar = null
    job.resolve({
      text: job.text.finish(),
      finishReason: reason,
      promptTokens: job.prompt.length,
      completionTokens: job.count,
      tokens: job.params.topLogprobs === null ? null : job.text.kept(job.tokens),
    })
  }

  /** Decodes one token alone and among others, and returns whether its logits differ in any bit. */
  private dependsOnRows(context: NativeContext): boolean {
    if (this.slots.length === 1) return false
    const first = (rows: number) => {
      context.clear()
      // Two tokens a sequence: the second step has the shape that generation has.
      for (let position = 0; position < 2; position += 1) {
        for (let row = 0; row < rows; row += 1) {
          context.add(1 + row, position, row, position === 1 && row === 0)
        }
        if (position === 0) context.decode()
      }
      return context.decode().slice()
    }
    const alone = first(1)
    const among = first(this.slots.length)
    context.clear()
    return alone.some((value, i) => value !== among[i])
  }
}
