import { errorCode, errorMessage } from '@/lib/errors'
import { askSomethingSmall, CALL_KINDS, type CallKind } from '../shared/checked-calls'
import type { Clock } from '../shared/clock'
import { Limiter } from '../shared/limiter'
import { failureOf, isPausing, requestError } from '../shared/request-error'
import { untilAborted } from '../shared/until-aborted'
import type { BackendLimits, BackendSession } from '../types'
import { Health } from './health'

// Where the adaptive limits begin and, for tokenising, end.
const START: Record<CallKind, number> = { chat: 4, score: 2, embed: 4, tokenize: 4 }
const TOKENIZE_CEILING = 16
// A server that is down is looked for after two seconds, then ever more rarely.
const FIRST_LOOK_MS = 2_000
const LOOK_CAP_MS = 30_000
// A gateway may put another model behind a name without a connection failing: who has worked this long shows itself anew.
const SHOW_AGAIN_MS = 600_000

/** `doubtful`: a request did not get through, so it must be shown to be the same server before it is used again. */
type EndpointState = 'up' | 'doubtful' | 'down' | 'refused'

/** What an endpoint needs from the pool. */
interface EndpointOptions {
  name: string
  limits: BackendLimits
  clock: Clock
  /** Model name that its replies must state; empty or absent: that of the first reply. */
  model?: string
  /** Opens the server afresh and makes sure that it is the expected model; throws `model_changed` when it is not. */
  reopen?: ((signal?: AbortSignal) => Promise<BackendSession>) | undefined
  /** Told of every change that concerns people. */
  notice(message: string): void
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
  private shownAt: number
  private looking: Promise<void> | null = null
  /** Model name of its replies. */
  private model: string

  constructor(
    private session: BackendSession | null,
    private readonly options: EndpointOptions,
  ) {
    this.current = session ? 'up' : 'down'
    const { limits, clock } = options
    this.shownAt = clock.now()
    this.model = options.model ?? ''
    const ceilings: Record<CallKind, number> = {
      chat: limits.chatConcurrency,
      score: limits.scoreConcurrency,
      embed: limits.scoreConcurrency,
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
        if (this.shownAt < this.options.clock.now() - SHOW_AGAIN_MS) this.doubt()
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

  /** Leaves the endpoint out because another model answers there. */
  refuse(why: string): void {
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
    try {
      if (this.options.reopen) {
        const fresh = await this.options.reopen()
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
      this.shownAt = this.options.clock.now()
      this.health.answered()
      if (!wasUsable) this.options.notice(`${this.name} answers again.`)
    } catch (error) {
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
  }

  /** Uses the endpoint again only after a look; an engine in this process needs none. */
  private doubt(): void {
    if (this.state === 'up' && this.options.reopen) this.state = 'doubtful'
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
