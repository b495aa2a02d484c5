import type { Db } from '@/db/client'
import { getBackendKind } from '@/lib/backends'
import type { RequestCache } from '@/lib/backends/cache-port'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import {
  shareSession,
  type MeteredSession,
  type SharedSession,
} from '@/lib/backends/shared/metered'
import { isLoopbackHost, type Config } from '@/lib/config'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { AppError, throwIfAborted } from '@/lib/errors'
import { log } from '@/lib/log'
import { getBackendRow, type BackendRow } from '@/lib/services/backends'
import { databaseCache } from './request-cache'

interface Entry {
  config: string
  opening: Promise<SharedSession>
}

/** Returns what backends get from this process: folders, secrets by name, network rules. */
export function backendEnvironment(config: Config): NetworkEnvironment {
  return {
    cacheDir: config.cacheDir,
    modelsDir: config.modelsDir,
    secret: (name) => process.env[name] || undefined,
    log: (message, fields) => log().info(fields ?? {}, message),
    network: {
      allowedHosts: config.allowedBackendHosts,
      ownPort: config.port,
      exposed: !isLoopbackHost(config.host),
    },
  }
}

/** Returns a backend's stored settings as its kind understands them; throws `invalid_input` naming the field. */
export function parseBackendConfig(row: BackendRow): unknown {
  const parsed = getBackendKind(row.kind).config.safeParse(row.config)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid_input',
    `The settings of ${row.label} are not valid at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
  )
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(new AppError('cancelled', 'The work was cancelled.'))
    signal.addEventListener('abort', stop, { once: true })
    promise.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject)
  })
}

/** Backends that the worker has opened; each is opened once and shared by its jobs until its settings change. */
export class BackendPool {
  private readonly entries = new Map<string, Entry>()
  private readonly cache: RequestCache
  private readonly env: NetworkEnvironment

  constructor(
    private readonly db: Db,
    config: Config,
  ) {
    this.cache = databaseCache(db)
    this.env = backendEnvironment(config)
  }

  /** Returns a session for one job. A stopped job does not wait for the opening, which goes on for the next. */
  async open(
    id: string,
    signal: AbortSignal,
    options: { cache?: RequestCache } = {},
  ): Promise<MeteredSession> {
    throwIfAborted(signal)
    const row = getBackendRow(this.db, id)
    const config = canonicalJson([row.kind, row.config])
    const held = this.entries.get(id)
    if (held && held.config !== config) await this.close(id)
    const entry = this.entries.get(id) ?? this.start(row, config)
    const shared = await untilAborted(entry.opening, signal)
    return shared.handOut(options)
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

  private start(row: BackendRow, config: string): Entry {
    const opening = getBackendKind(row.kind)
      .open(parseBackendConfig(row), this.env)
      .then((session) => {
        return shareSession(session, { backendId: row.id, label: row.label, cache: this.cache })
      })
    const entry = { config, opening }
    this.entries.set(row.id, entry)
    opening.catch(() => {
      // A failed opening is not kept: the server may be up by the next attempt.
      if (this.entries.get(row.id) === entry) this.entries.delete(row.id)
    })
    return entry
  }
}
