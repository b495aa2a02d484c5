import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '@/lib/errors'
import type { GenerateParams, GeneratedToken, TokenLogprob } from '../types'
import type { GenerateArgs, GenerationResult } from './engine-types'
import { logSumExp, topIds } from './logsumexp'
import type { NativeGrammar } from './native-grammar'
import type { OpenPlaces, ReplyPlaces } from './reply-places'
import { ReplyText } from './reply-text'
import { randomStream, sampleToken } from './sampler'

/** What of a model's vocabulary the generator needs. */
export interface Vocabulary {
  vocabSize: number
  contextLength: number
  bytesOf(id: number): Uint8Array
  tokenText(id: number): string
  isEnd(id: number): boolean
  newGrammar(text: string): NativeGrammar
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
 * Generates replies side by side, one token of each a step. Each has a place of its own, so a reply is the same
 * whatever runs beside it.
 */
export class Generator {
  private readonly queue: Job[] = []
  private jobs: (Job | null)[] = []
  private places: ReplyPlaces | null = null
  private looping = false
  private freed = false

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly open: OpenPlaces,
  ) {}

  /** Returns the reply to a prompt. Rejects with `data_error` when the prompt fills the context, or `cancelled`. */
  generate(...[prompt, params, grammar, signal]: GenerateArgs): Promise<GenerationResult> {
    const room = this.vocabulary.contextLength - prompt.length
    if (prompt.length === 0 || room < 1) {
      const message = `The prompt has ${prompt.length} tokens and the model reads at most ${this.vocabulary.contextLength}, reply included.`
      return Promise.reject(new AppError('data_error', message))
    }
    return new Promise((resolve, reject) => {
      this.queue.push({
        prompt,
        params,
        limit: Math.max(1, Math.min(params.maxTokens, room)),
        grammar: grammar === null ? null : this.vocabulary.newGrammar(grammar),
        random: randomStream(params.seed),
        text: new ReplyText(params.stop),
        tokens: [],
        count: 0,
        last: prompt.at(-1) as number,
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
    this.places?.free()
    this.places = null
  }

  private async loop(): Promise<void> {
    this.looping = true
    try {
      while (!this.freed && (this.queue.length > 0 || this.jobs.some(Boolean))) {
        await this.admit()
        this.dropCancelled()
        await this.step()
        await nextTurn()
      }
    } catch (error) {
      // What the places hold is unknown now: all replies under way are lost, the next ones get new places.
      for (const job of [...this.jobs, ...this.queue.splice(0)]) if (job) this.fail(job, error)
      this.jobs = []
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
    this.jobs.forEach((job, place) => {
      if (!job?.signal?.aborted) return
      this.jobs[place] = null
      this.fail(job, error())
    })
  }

  /** Gives free places to waiting prompts. A prompt that needs longer places waits until all are free. */
  private async admit(): Promise<void> {
    for (let n = 0; n <= this.jobs.length; n += 1) {
      this.dropCancelled()
      const job = this.queue[0]
      if (!job) return
      const needed = job.prompt.length + job.limit
      if (!this.places || !this.places.makeRoom(needed, this.jobs.some(Boolean))) {
        if (this.jobs.some(Boolean)) return
        this.leave()
        this.places = await this.open(needed)
        this.jobs = Array.from({ length: this.places.count }, () => null)
      }
      const free = [...this.jobs.keys()].filter((place) => this.jobs[place] === null)
      if (free.length === 0) return
      const place = this.places.nearest(free, job.prompt)
      this.queue.shift()
      this.jobs[place] = job
      const logits = await this.places.begin(place, job.prompt)
      if (logits) this.take(job, place, logits)
    }
  }

  private async step(): Promise<void> {
    const tokens = this.jobs.map(
      (job) => job && { id: job.last, position: job.prompt.length + job.count - 1 },
    )
    if (!this.places || !tokens.some(Boolean)) return
    const logits = await this.places.step(tokens)
    const { vocabSize } = this.vocabulary
    let row = 0
    for (const [place, job] of [...this.jobs].entries()) {
      if (!job) continue
      this.take(job, place, logits.subarray(row * vocabSize, (row + 1) * vocabSize))
      row += 1
    }
  }

  /** Chooses the next token of a reply from its logits, and ends the reply when it is complete. */
  private take(job: Job, place: number, logits: Float32Array): void {
    const isGreedy = job.params.temperature <= 0
    const known = isGreedy ? (job.grammar?.likeliest(logits) ?? null) : null
    let id = known ?? sampleToken(logits, job.params, job.random)
    if (job.grammar) {
      if (!job.grammar.allows(id)) {
        const masked = job.grammar.mask(logits)
        id = sampleToken(masked, job.params, job.random)
        if (!Number.isFinite(masked[id])) {
          this.finish(job, place, 'other')
          return
        }
      }
      job.grammar.accept(id)
    }
    if (this.vocabulary.isEnd(id)) {
      this.finish(job, place, 'stop')
      return
    }
    job.last = id
    job.count += 1
    if (job.params.topLogprobs !== null) {
      job.tokens.push(this.describe(logits, id, job.params.topLogprobs))
    }
    if (job.text.add(this.vocabulary.bytesOf(id))) this.finish(job, place, 'stop')
    else if (job.count >= job.limit) this.finish(job, place, 'length')
    else if (job.grammar?.isOver(this.vocabulary.isEnd)) this.finish(job, place, 'stop')
  }

  /** Log-probabilities under the model itself: before temperature, before any filter and before a grammar's mask. */
  private describe(logits: Float32Array, id: number, alternatives: number): GeneratedToken {
    const norm = logSumExp(logits, 0, logits.length)
    const one = (token: number): TokenLogprob => ({
      text: this.vocabulary.tokenText(token),
      id: token,
      logprob: Math.min(0, (logits[token] as number) - norm),
    })
    return { ...one(id), top: topIds(logits, alternatives).map(one) }
  }

  private finish(job: Job, place: number, reason: GenerationResult['finishReason']): void {
    this.jobs[place] = null
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
}
