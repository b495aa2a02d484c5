import type { ServerConfig } from '@/lib/backends/scoring/config'
import { defineServer, type ServerDialect } from '@/lib/backends/scoring/define'
import type { BackendKind } from '@/lib/backends/types'
import type { OpenaiConfig } from './config'
import type { OpenaiFlavour } from './session'

interface OpenaiDialect<C extends ServerConfig> extends Omit<
  ServerDialect<C>,
  'connect' | 'capabilities'
> {
  capabilities?: ServerDialect<C>['capabilities']
  /** Loads what sets the server apart. */
  flavour(): Promise<OpenaiFlavour>
}

/** Returns the kind of backend of a server that speaks OpenAI's routes; it chats where its settings name no use. */
export function defineOpenai<C extends ServerConfig & Partial<Pick<OpenaiConfig, 'use'>>>({
  flavour,
  ...kind
}: OpenaiDialect<C>): BackendKind {
  return defineServer({
    capabilities: ['chat', 'structured', 'outputLogprobs', 'embed'],
    ...kind,
    async connect(config, env, signal) {
      const [{ connectOpenai }, served] = await Promise.all([import('./session'), flavour()])
      return connectOpenai({ ...config, use: config.use ?? 'chat' }, env, served, signal)
    },
  })
}
