import { AppError, throwIfAborted } from '@/lib/errors'
import { CALL_KINDS, type CallKind } from './checked-calls'
import { failureKind, isPausing, pausingError } from './request-error'
import { untilAborted } from './until-aborted'
import type { BackendLimits, BackendSession, ModelIdentity, ProbeVector } from '../types'
import type { Endpoint } from './endpoint'
import type { Reader } from './unconfirmed'
import { WaitingLine } from './waiting-line'

/** Who answered, or failed to, last; a repeat goes elsewhere where it can. */
export interface Ticket {
  endpoint: Endpoint | null
}

/** What a pool is made of. */
interface PoolParts {
  backendId: string
  identity: ModelIdentity
  /** Id under which the model is recognised again; null for a model in this process. */
  fingerprint: string | null
  /** Its answer in numbers to the fixed question; null where it gives none or is not asked. */
  answer: ProbeVector | null
  /** Limits of all endpoints together. */
  limits: BackendLimits
  /** Calls that the model offers, as the session that was opened first has them. */
  shape: BackendSession
  endpoints: readonly Endpoint[]
}

/**
 * The endpoints of one backend. Work goes where there is room; an endpoint that is down or serves another model is left
 * out and looked for again with back-off; when none is left, calls throw the error that pauses their job.
 */
export class EndpointPool {
  private readonly lines: Record<CallKind, WaitingLine>

  constructor(readonly parts: PoolParts) {
    this.lines = Object.fromEntries(CALL_KINDS.map((kind) => [kind, new WaitingLine()])) as Record<
      CallKind,
      WaitingLine
    >
    for (const endpoint of parts.endpoints) {
      // Who waits sees for himself what has become of the endpoint.
      endpoint.onChange = () => {
        for (const line of Object.values(this.lines)) line.call(line.length)
      }
      for (const kind of CALL_KINDS) endpoint.limiters[kind].onRoom = () => this.callUp(kind)
    }
  }

  /** Whether every endpoint serves another model: the pool is of no more use, another must be opened. */
  get stale(): boolean {
    return this.parts.endpoints.every(({ state }) => state === 'refused')
  }

  /** What is left out now and why, one line an endpoint. */
  leftOut(): string[] {
    return this.parts.endpoints
      .filter(({ usable }) => !usable)
      .map(({ name, trouble }) => `${name} is left out: ${trouble}`)
  }

  /** Runs a call at the endpoint that has most room; waits for a place when none has. */
  async run<T>(
    kind: CallKind,
    call: (session: BackendSession, endpoint: Endpoint) => Promise<T>,
    options: { ticket: Ticket; signal?: AbortSignal | undefined; weight?: number },
  ): Promise<T> {
    const { ticket, signal, weight } = options
    const line = this.lines[kind]
    for (let calledUp = false; ; calledUp = true) {
      const usable = this.parts.endpoints.filter((endpoint) => endpoint.usable)
      this.lookForOthers(usable.length > 0)
      if (usable.length === 0) await this.lookForAll(signal)
      else {
        const endpoint =
          calledUp || line.length === 0 ? freest(usable, kind, ticket.endpoint) : null
        if (endpoint) {
          ticket.endpoint = endpoint
          // No turn of the event loop may lie between choosing a place and taking it.
          return endpoint.run(kind, (session) => call(session, endpoint), signal, weight)
        }
        await this.place(kind, signal, calledUp)
      }
    }
  }

  /**
   * Returns once everything that the reader has read so far is confirmed: each server that answered was asked afterwards
   * and is the expected model. Throws when one cannot be asked or is another model; the reader is spoiled then.
   */
  async confirm(reader: Reader, signal?: AbortSignal): Promise<void> {
    const owing = this.parts.endpoints.filter(({ unconfirmed }) => unconfirmed.owedTo(reader))
    // All end before anything is thrown, so that no failure goes unheard.
    const checks = Promise.allSettled(owing.map((endpoint) => endpoint.confirm()))
    const settled = await untilAborted(checks, signal)
    const failed = settled.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** Throws when the reader has read replies of another model than its own. */
  throwIfSpoiled(reader: Reader): void {
    if (reader.spoiled === null) return
    if (this.stale) throw this.unavailable()
    const { backendId } = this.parts
    // The other servers go on; the job begins again at what is confirmed.
    throw new AppError(
      'backend_unavailable',
      `Another model answered at one of the servers: ${reader.spoiled} What came from it since its last check is discarded and computed again.`,
      { details: { kind: 'retry', reason: 'spoiled', httpStatus: null, backendId } },
    )
  }

  /** Makes sure of the model at every server that is in use. */
  async recheck(signal?: AbortSignal): Promise<void> {
    const looks = this.parts.endpoints.map((endpoint) => endpoint.recheck())
    await untilAborted(Promise.all(looks), signal)
  }

  /** Throws the error that pauses a job because nobody is left to ask. */
  unavailable(cause?: unknown): AppError {
    const { endpoints, backendId, identity } = this.parts
    const options = { backendId, cause }
    if (this.stale) {
      const why = endpoints[0]?.trouble ?? ''
      return pausingError('model_changed', modelChanged(identity.model, why), options)
    }
    const said = endpoints.map(({ name, trouble }) =>
      endpoints.length > 1 ? `${name}: ${trouble}` : trouble,
    )
    return pausingError('backend_down', `The backend is down. ${said.join(' ')}`.trim(), options)
  }

  /**
   * Looks whether work is possible again: at the endpoints that are left out, and at one that is not with a small
   * question. Throws why it is not.
   */
  async check(signal?: AbortSignal): Promise<void> {
    const { endpoints } = this.parts
    const looks = endpoints.map((endpoint) => endpoint.look({ signal, thorough: true }))
    const settled = await Promise.allSettled(looks)
    throwIfAborted(signal)
    if (settled.some(({ status }) => status === 'fulfilled')) return
    const [first] = settled
    throw first?.status === 'rejected' ? first.reason : this.unavailable()
  }

  /** Looks at once at what is left out; a person has asked to go on. */
  forgive(): void {
    for (const endpoint of this.parts.endpoints) endpoint.forgive()
  }

  async close(): Promise<void> {
    await Promise.all(this.parts.endpoints.map((endpoint) => endpoint.close()))
  }

  private async place(
    kind: CallKind,
    signal: AbortSignal | undefined,
    calledUp: boolean,
  ): Promise<void> {
    try {
      await this.lines[kind].wait(signal, calledUp)
    } catch (error) {
      // Called up and stopped at once: the place is the next one's.
      this.callUp(kind)
      throw error
    }
  }

  private callUp(kind: CallKind): void {
    const line = this.lines[kind]
    if (line.length === 0) return
    const places = this.parts.endpoints
      .filter((endpoint) => endpoint.usable)
      .reduce((sum, endpoint) => sum + endpoint.limiters[kind].room, 0)
    line.call(places)
  }

  /** Begins to look for endpoints that are left out; what comes of it shows in their state. */
  private lookForOthers(someAreUsable: boolean): void {
    if (!someAreUsable) return
    for (const endpoint of this.parts.endpoints) {
      if (endpoint.due) endpoint.look().catch(() => undefined)
    }
  }

  /** Looks for all endpoints that are due; throws when none comes back. */
  private async lookForAll(signal?: AbortSignal): Promise<void> {
    const { endpoints } = this.parts
    const due = endpoints.filter((endpoint) => endpoint.due)
    const settled = await Promise.allSettled(due.map((endpoint) => endpoint.look({ signal })))
    throwIfAborted(signal)
    if (endpoints.some((endpoint) => endpoint.usable)) return
    const broken = settled.find((outcome) => outcome.status === 'rejected')
    // The server is back and refuses the key or the model: waiting would not help.
    if (broken && !isPausing(broken.reason) && failureKind(broken.reason) === 'config') {
      throw broken.reason
    }
    throw this.unavailable(broken?.reason)
  }
}

/** Returns what a job says that pauses because another model answers than the one it began with. */
export function modelChanged(model: string, why: string): string {
  return `Another model answers than the one that this began with (${model.slice(0, 100)}): ${why} No value of it was kept. Bring the first model back and resume, or cancel and start again to compute with the one that answers now.`
}

/**
 * Returns the endpoint with room that has most of it, or null. One that just failed, or must first show that it is well,
 * comes after all others.
 */
function freest(
  usable: readonly Endpoint[],
  kind: CallKind,
  avoid: Endpoint | null,
): Endpoint | null {
  const cost = (endpoint: Endpoint) =>
    endpoint.limiters[kind].pressure +
    (endpoint === avoid ? 4 : 0) +
    (endpoint.state === 'doubtful' ? 2 : 0)
  let best: Endpoint | null = null
  for (const endpoint of usable) {
    if (endpoint.limiters[kind].room === 0) continue
    if (best === null || cost(endpoint) < cost(best)) best = endpoint
  }
  return best
}
