import { inTransaction, type Db } from '@/db/client'
import { getBackendKind } from '@/lib/backends'
import type { RequestCache } from '@/lib/backends/session/cache-port'
import { openPool } from '@/lib/backends/session/open-pool'
import { targetsOf } from '@/lib/backends/session/replicas'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { Clock } from '@/lib/backends/session/clock'
import {
  sharePool,
  type HandOutOptions,
  type MeteredSession,
  type SharedSession,
} from '@/lib/backends/session/metered'
import { failureKind, pausingError } from '@/lib/backends/session/request-error'
import type { RetryTiming } from '@/lib/backends/session/retry'
import { untilAborted } from '@/lib/backends/session/until-aborted'
import type { BackendKind } from '@/lib/backends/types'
import { isLoopbackHost, type Config } from '@/lib/config'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { log } from '@/lib/log'
import { getBackendRow, type BackendRow } from '@/lib/services/backends'
import { readSecret } from '@/lib/services/backends/keys'
import { recogniseModel } from '@/lib/services/backends/fingerprints'
import { storedCache } from './vector-store'

interface Entry {
  config: string
  opening: Promise<SharedSession>
  /** Jobs that are told who is left out and who is back. */
  listeners: Set<(message: string) => void>
}

/** What a job brings to a backend. */
interface OpenOptions extends HandOutOptions {
  /** Told of endpoints that are left out or back, while the session is open. */
  onNotice?: (message: string) => void
}

/** What tests put in place of the real thing. */
export interface PoolOptions {
  kindOf?: (id: string) => BackendKind
  clock?: Clock
  timing?: RetryTiming
}

/** Returns what backends get from this process: folders, secrets by name, network rules. */
export function backendEnvironment(config: Config, db: Db): NetworkEnvironment {
  return {
    cacheDir: config.cacheDir,
    modelsDir: config.modelsDir,
    secret: (name) => readSecret(db, name),
    log: (message, fields) => log().info(fields ?? {}, message),
    network: {
      allowedHosts: config.allowedBackendHosts,
      ownPort: config.port,
      exposed: !isLoopbackHost(config.host),
    },
  }
}

/** Returns a backend's stored settings as its kind understands them; throws `invalid_input` naming the field. */
export function parseBackendConfig(
  row: BackendRow,
  kind: BackendKind = getBackendKind(row.kind),
): unknown {
  const parsed = kind.config.safeParse(row.config)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid_input',
    `The settings of ${row.label} are not valid at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
  )
}

function tell(listeners: Iterable<(message: string) => void>, message: string): void {
  for (const listener of listeners) {
    try {
      listener(message)
    } catch (error) {
      // A job that cannot write its log (a full disk) must not disturb the requests of others.
      log().warn({ err: error }, 'a notice could not be passed on')
    }
  }
}

/** Backends that the worker has opened; each is opened once and shared by its jobs until its settings change. */
export class BackendPool {
  private readonly entries = new Map<string, Entry>()
  private readonly cache: RequestCache
  private readonly env: NetworkEnvironment

  constructor(
    private readonly db: Db,
    config: Config,
    private readonly options: PoolOptions = {},
  ) {
    this.cache = storedCache(db, config.dataDir)
    this.env = backendEnvironment(config, db)
  }

  /**
   * Returns a session for one job; close it when the job ends. A stopped job does not wait for the opening, which goes on
   * for the next. Throws the error that pauses the job when the backend is down.
   */
  async open(id: string, signal: AbortSignal, options: OpenOptions = {}): Promise<MeteredSession> {
    throwIfAborted(signal)
    const row = getBackendRow(this.db, id)
    const { entry, shared } = await this.shared(row, signal)
    const { onNotice, ...own } = options
    // A job that begins may find servers back that were down for another.
    shared.pool.forgive()
    const session = shared.handOut(own)
    if (!onNotice) return session
    for (const message of shared.pool.leftOut()) tell([onNotice], message)
    entry.listeners.add(onNotice)
    return {
      ...session,
      close: async () => {
        entry.listeners.delete(onNotice)
      },
    }
  }

  /** Returns when the backend answers; throws why it does not. */
  async check(id: string, signal: AbortSignal): Promise<void> {
    const held = this.entries.get(id)
    const { entry, shared } = await this.shared(getBackendRow(this.db, id), signal)
    // Opening has just shown that it answers.
    if (held === entry) await shared.pool.check(signal)
  }

  /** Closes one backend, so that its next use opens it afresh. */
  async close(id: string): Promise<void> {
    const entry = this.entries.get(id)
    if (!entry) return
    this.entries.delete(id)
    const shared = await entry.opening.catch(() => null)
    await shared
      ?.close()
      .catch((error: unknown) => log().warn({ err: error }, 'closing a backend failed'))
  }

  /** Closes all backends. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.entries.keys()].map((id) => this.close(id)))
  }

  private async shared(
    row: BackendRow,
    signal: AbortSignal,
  ): Promise<{ entry: Entry; shared: SharedSession }> {
    const config = canonicalJson([row.kind, row.config])
    const held = this.entries.get(row.id)
    if (held && held.config !== config) await this.close(row.id)
    else if (held) {
      const shared = await untilAborted(held.opening, signal).catch(() => null)
      // Between two jobs another model may have taken the place of the one that was opened.
      await shared?.pool.recheck(signal)
      throwIfAborted(signal)
      // Where another model answers everywhere, what was opened can never be used again.
      if (shared?.pool.stale) await this.close(row.id)
    }
    const entry = this.entries.get(row.id) ?? this.start(row, config)
    try {
      return { entry, shared: await untilAborted(entry.opening, signal) }
    } catch (error) {
      throwIfAborted(signal)
      const kind = failureKind(error)
      if (kind !== 'retry' && kind !== 'wait') throw error
      throw pausingError('backend_down', `${row.label} is down. ${errorMessage(error)}`, {
        backendId: row.id,
        cause: error,
      })
    }
  }

  private start(row: BackendRow, config: string): Entry {
    const { kindOf = getBackendKind, clock, timing } = this.options
    const listeners: Entry['listeners'] = new Set()
    const notice = (message: string) => {
      log().warn({ backend: row.label }, message)
      tell(listeners, `${row.label}: ${message}`)
    }
    const timed = clock ? { clock } : {}
    const open = async () => {
      const parsed = parseBackendConfig(row, kindOf(row.kind))
      const pool = await openPool(kindOf(row.kind), {
        backendId: row.id,
        targets: targetsOf(row.config, parsed, row.label),
        env: this.env,
        recognise: (known) => inTransaction(this.db, () => recogniseModel(this.db, row.id, known)),
        notice,
        ...timed,
      })
      const { id: backendId, label } = row
      const { cache } = this
      return sharePool(pool, { backendId, label, cache, ...timed, ...(timing ? { timing } : {}) })
    }
    const entry: Entry = { config, opening: open(), listeners }
    this.entries.set(row.id, entry)
    entry.opening.catch(() => {
      // A failed opening is not kept: the server may be up by the next attempt.
      if (this.entries.get(row.id) === entry) this.entries.delete(row.id)
    })
    return entry
  }
}
