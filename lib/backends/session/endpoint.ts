import { errorCode, errorMessage } from '@/lib/errors'
import { askSomethingSmall, CALL_KINDS, type CallKind } from './checked-calls'
import type { Clock } from './clock'
import { Limiter } from './limiter'
import { failureOf, isPausing, requestError } from './request-error'
import { untilAborted } from './until-aborted'
import type { BackendLimits, BackendSession } from '../types'
import type { CacheEntry, RequestCache } from './cache-port'
import { Confirmation } from './confirmation'
import { Health } from './health'
import { OTHER_MODEL } from './mark'
import type { Reader, Unconfirmed } from './unconfirmed'

// Where the adaptive limits begin and, for tokenising, end.
const START: Record<CallKind, number> = { chat: 4, score: 2, embed: 4, reward: 4, tokenize: 4 }
const TOKENIZE_CEILING = 16
// A server that is down is looked for after two seconds, then ever more rarely.
const FIRST_LOOK_MS = 2_000
const LOOK_CAP_MS = 30_000

/** `doubtful`: a request did not get through, so it must be shown to be the same server before it is used again. */
type EndpointState = 'up' | 'doubtful' | 'down' | 'refused'

/** What an endpoint needs from the pool. */
interface EndpointOptions {
  name: string
  limits: BackendLimits
  clock: Clock
  /** Model name that its replies must state; empty or absent: that of the first reply. */
  model?: string
  /** What a server needs that may be replaced while we run; absent for an engine in this process. */
  watch?: Watch | undefined
  /** Told of every change that concerns people. */
  notice(message: string): void
}

/** How to tell whether a server still serves the expected model. */
interface Watch {
  /** Opens the server afresh and makes sure of the model; throws `model_changed` when it is another one. */
  reopen(): Promise<BackendSession>
  /** Asks an open session as little as possible; returns what makes the model doubtful, or null. */
  lookBriefly(session: BackendSession): Promise<string | null>
}

/** One address of a backend: its session, limits and health. */
export class Endpoint {
  readonly limiters: Record<CallKind, Limiter>
  /** Called when it becomes usable or unusable. */
  onChange: () => void = () => undefined
  private current: EndpointState
  /** What went wrong last, in words. */
  trouble = ''
  /** Kind of call that failed last, which is tried first when it is looked at again. */
  private troubled: CallKind | null = null
  /** Two tokens that the model knows, for a small question. */
  private sample: Int32Array | null = null
  private readonly health = new Health()
  private looks = 0
  private nextLook = -Infinity
  private looking: Promise<void> | null = null
  /** How often another model has answered here. */
  refusals = 0
  private readonly replies: Confirmation
  /** Model name of its replies. */
  private model: string

  constructor(
    private session: BackendSession | null,
    private readonly options: EndpointOptions,
  ) {
    this.current = session ? 'up' : 'down'
    const { limits, clock } = options
    this.replies = new Confirmation(() => this.checkOnce(), clock)
    this.model = options.model ?? ''
    const ceilings: Record<CallKind, number> = {
      chat: limits.chatConcurrency,
      score: limits.scoreConcurrency,
      embed: limits.scoreConcurrency,
      reward: limits.scoreConcurrency,
      tokenize: TOKENIZE_CEILING,
    }
    this.limiters = Object.fromEntries(
      CALL_KINDS.map((kind) => [
        kind,
        new Limiter({ start: START[kind], ceiling: ceilings[kind] }, clock),
      ]),
    ) as Record<CallKind, Limiter>
  }

  get state(): EndpointState {
    return this.current
  }

  private set state(next: EndpointState) {
    const before = this.usable
    this.current = next
    if (this.usable !== before) this.onChange()
  }

  /** Replies that no check has confirmed yet. */
  get unconfirmed(): Unconfirmed {
    return this.replies.unconfirmed
  }

  get name(): string {
    return this.options.name
  }

  /** Whether requests may be sent to it. */
  get usable(): boolean {
    return this.current === 'up' || this.current === 'doubtful'
  }

  /** Whether it is time to look for it again. */
  get due(): boolean {
    return !this.usable && this.looking === null && this.options.clock.now() >= this.nextLook
  }

  /** Runs one call in a free place and notes how it went. */
  run<T>(
    kind: CallKind,
    call: (session: BackendSession) => Promise<T>,
    signal?: AbortSignal,
    weight?: number,
  ): Promise<T> {
    return this.limiters[kind].run(
      async () => {
        if (!this.usable || !this.session) throw this.moved()
        if (this.state === 'doubtful') await this.showItIsWell(signal)
        try {
          const result = await call(this.session)
          this.health.answered()
          return result
        } catch (error) {
          this.failed(error, kind)
          throw this.usable ? error : this.moved(error)
        }
      },
      signal,
      weight,
    )
  }

  /** Asks something small; throws what the server makes of it. A good answer says that the server is well, no more. */
  async askSmall(kind: CallKind, sample: Int32Array | null, signal?: AbortSignal): Promise<void> {
    const { session } = this
    if (!session) throw this.moved()
    this.sample ??= sample
    await this.limiters[kind].run(
      () => askSomethingSmall(session, kind, this.sample, signal),
      signal,
    )
    this.health.alive()
  }

  /** Counts a reply that could not be believed; returns whether so many came in a row that the job should stop. */
  badReply(): boolean {
    return this.health.badReply()
  }

  /** Throws, and leaves the endpoint out, when a reply states another model than those before. */
  checkModel(replied: string): void {
    if (!replied) return
    this.model ||= replied
    if (replied === this.model) return
    this.refuse(
      `it answers as "${replied.slice(0, 100)}" instead of "${this.model.slice(0, 100)}".`,
    )
    throw this.moved()
  }

  /**
   * Makes sure that the server answers and is the expected model; throws why not. Several callers share one look.
   * `thorough` also asks again what failed last.
   */
  look(options: { signal?: AbortSignal | undefined; thorough?: boolean } = {}): Promise<void> {
    this.looking ??= this.lookOnce(options.thorough === true).finally(() => {
      this.looking = null
    })
    return untilAborted(this.looking, options.signal)
  }

  /**
   * Notes a reply and what it adds to the cache, which waits until the model has been checked once more. `refusals` is
   * their number when the request was sent.
   */
  replied(
    reader: Reader,
    cache: RequestCache,
    entries: readonly CacheEntry[],
    refusals: number,
  ): void {
    // Asked before another model was found here: nobody knows whose answer it is, even if the first one is back.
    if (refusals !== this.refusals) throw this.moved()
    if (!this.options.watch) {
      if (entries.length > 0) cache.put(entries)
      return
    }
    this.replies.add(reader, cache, entries)
  }

  /** Confirms the replies that came before this call; see Confirmation. Throws when that cannot be. */
  confirm(): Promise<void> {
    return this.options.watch ? this.replies.confirm() : Promise.resolve()
  }

  /** Makes sure of the model; what comes of it shows in the state. */
  async recheck(): Promise<void> {
    if (this.usable) await this.confirm().catch(() => undefined)
  }

  /** Leaves the endpoint out because another model answers there. */
  refuse(why: string): void {
    this.drop(why)
    if (this.state !== 'refused') this.options.notice(`${this.name} is left out: ${why}`)
    this.state = 'refused'
    this.trouble = why
    this.later()
  }

  /** Looks again at once, whatever was found before; a person has asked to go on. */
  forgive(): void {
    this.nextLook = -Infinity
  }

  async close(): Promise<void> {
    await this.session?.close()
  }

  /** Asks the server whether it still is the expected model, in a check that confirms what came before it. */
  private async checkOnce(): Promise<void> {
    const { watch } = this.options
    // A look that began before the replies cannot confirm them.
    await this.looking?.catch(() => undefined)
    const { session } = this
    if (!watch || !this.usable || !session) return this.look()
    const check = this.unconfirmed.begin()
    let doubt: string | null
    try {
      doubt = await watch.lookBriefly(session)
    } catch (error) {
      check.giveBack()
      this.failed(error, null)
      throw error
    }
    if (doubt === null) {
      check.confirm()
      return
    }
    check.giveBack()
    await this.looking?.catch(() => undefined)
    // A brief look may be mistaken; opening the server afresh decides.
    await this.look()
  }

  /** A look on behalf of a request: what it meets is never the fault of the request's inputs. */
  private async showItIsWell(signal?: AbortSignal): Promise<void> {
    try {
      await this.look({ signal })
    } catch (error) {
      const { maxRetries, ...failure } = failureOf(error)
      if (!this.usable) throw this.moved(error)
      if (maxRetries === undefined) throw error
      throw requestError(failure, errorMessage(error), { cause: error })
    }
  }

  private async lookOnce(thorough: boolean): Promise<void> {
    const wasUsable = this.usable
    const check = this.unconfirmed.begin()
    try {
      if (this.options.watch) {
        const fresh = await this.options.watch.reopen()
        // The open session has no state of its own that the restart of a server would spoil.
        if (this.session) await fresh.close()
        else this.session = fresh
      }
      // Asked past the limiter, in which the caller may have a place already.
      if (thorough && this.session && this.troubled) {
        await askSomethingSmall(this.session, this.troubled, this.sample)
      }
      this.state = 'up'
      this.looks = 0
      this.health.answered()
      if (!wasUsable) this.options.notice(`${this.name} answers again.`)
    } catch (error) {
      check.giveBack()
      if (isPausing(error)) this.refuse(errorMessage(error))
      else {
        this.failed(error, this.troubled)
        this.trouble = errorMessage(error)
        if (!wasUsable) {
          this.state = 'down'
          this.later()
        }
      }
      throw error
    }
    check.confirm()
  }

  /** Drops what is not confirmed, and the replies to earlier requests that are still to come: another model has answered. */
  private drop(why: string): void {
    this.unconfirmed.spoil(why)
    this.refusals += 1
  }

  /** Uses the endpoint again only after a look; an engine in this process needs none. */
  private doubt(): void {
    if (this.state === 'up' && this.options.watch) this.state = 'doubtful'
  }

  private failed(error: unknown, kind: CallKind | null): void {
    const code = errorCode(error)
    const failure = failureOf(error)
    // A stop, a used-up budget or a fault of ours says nothing about the server.
    if (code === 'cancelled' || failure.kind === 'bug') return
    if (isPausing(error)) {
      // The dialect saw another model's name in a reply.
      if (error.details?.pause === 'model_changed') this.refuse(errorMessage(error))
      return
    }
    if (failure.reason === OTHER_MODEL) {
      this.drop(errorMessage(error))
      this.doubt()
      return
    }
    this.troubled = kind
    const verdict = this.health.failed(failure, this.options.clock.now())
    if (verdict === 'nothing') return
    this.trouble = errorMessage(error)
    if (verdict === 'down') this.goDown()
    if (verdict === 'doubtful') this.doubt()
  }

  private goDown(): void {
    if (this.state === 'down') return
    if (this.state !== 'refused') {
      this.options.notice(`${this.name} does not answer and is left out: ${this.trouble}`)
    }
    this.state = 'down'
    this.later()
  }

  private later(): void {
    const wait = Math.min(LOOK_CAP_MS, FIRST_LOOK_MS * 2 ** this.looks)
    this.looks += 1
    this.nextLook = this.options.clock.now() + wait
  }

  /** The request itself is fine: it is sent again elsewhere, or the pool says that there is nobody. */
  private moved(cause?: unknown) {
    const failure = { kind: 'retry', reason: 'moved', httpStatus: null, retryAfterMs: 0 } as const
    return requestError(failure, this.trouble || `${this.name} is left out.`, { cause })
  }
}
