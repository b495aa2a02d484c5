import type { z } from 'zod'
import type { NetworkEnvironment } from '../http/address'
import type { ProbePort } from '../probe/port'
import { defineBackend, type BackendKind, type Capability } from '../types'
import { unopenedIdentity, type ServerConfig } from './config'
import type { ScoringServer } from './open'

/** What every kind of server states of itself. */
interface Dialect<C extends ServerConfig> {
  id: string
  label: string
  description: string
  config: z.ZodType<C>
}

/** What tells one scoring dialect from another. */
export interface ScoringDialect<C extends ServerConfig, T extends object> extends Dialect<C> {
  /** Loads the dialect. */
  server(): Promise<ScoringServer<C, T>>
}

/**
 * Opens a server, as both `open` and the probe use it, so that both state one identity. `probing` says that what the
 * server lacks is to be shown by trying it.
 */
export type Connect<C extends ServerConfig> = (
  config: C,
  env: NetworkEnvironment,
  signal?: AbortSignal,
  probing?: boolean,
) => Promise<ProbePort>

/** What tells one kind of server from another. */
export interface ServerDialect<C extends ServerConfig> extends Dialect<C> {
  capabilities: readonly Capability[]
  /** Loads the dialect and opens a server. */
  connect: Connect<C>
}

/** Returns the kind of backend that a dialect of some server makes. */
export function defineServer<C extends ServerConfig>(dialect: ServerDialect<C>): BackendKind {
  const { connect, ...kind } = dialect
  return defineBackend({
    ...kind,
    open: async (settings, env, signal) => (await connect(settings, env, signal, false)).session,
    async probe(settings, env, signal, onStep) {
      const { runProbe } = await import('../probe')
      return runProbe({
        connect: () => connect(settings, env, signal, true),
        unopened: unopenedIdentity(kind.id, kind.label, settings),
        signal,
        onStep,
      })
    },
  })
}

/** Returns the kind of backend that a scoring dialect makes: all of them chat, score given text and tokenize. */
export function defineScoring<C extends ServerConfig, T extends object>({
  server,
  ...dialect
}: ScoringDialect<C, T>): BackendKind {
  return defineServer({
    ...dialect,
    capabilities: ['chat', 'structured', 'outputLogprobs', 'promptLogprobs', 'tokenize'],
    async connect(config, env, signal) {
      const [{ openScoring }, loaded] = await Promise.all([import('./open'), server()])
      return openScoring(dialect.id, loaded, config, env, signal)
    },
  })
}
