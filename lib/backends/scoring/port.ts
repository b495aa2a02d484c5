import type { NetworkEnvironment } from '../http/address'
import type { HttpClient } from '../http/client'
import type { ClassifyError } from '../http/errors'
import type { ProbePort } from '../probe/port'
import { isTokenizer, type SessionTokenizer } from '../tokenizer'
import type { BackendSession, CapabilityState } from '../types'
import { keyOf, openServer, type ServerConfig } from './config'
import { listModels } from './models'

type Optional = 'textOnly' | 'longestPrompt' | 'rawOutputScores' | 'models' | 'withoutKey'

/** What a dialect knows of an open server; the rest of the session and of the probe's port is the same for all. */
export interface PortParts
  extends
    Omit<ProbePort, 'session' | 'key' | 'detokenize' | Optional>,
    Partial<Pick<ProbePort, Optional>> {
  session: Omit<BackendSession, 'close' | 'tokenize' | 'tokenTexts'>
  /** The tokenizer, or why there is none; absent where the kind has none at all. */
  tokenizer?: SessionTokenizer | CapabilityState
}

/** Returns the probe's port of a server, its session in it; when `connect` fails the client is closed. */
export async function openPort(
  config: ServerConfig,
  env: NetworkEnvironment,
  classify: ClassifyError | undefined,
  connect: (client: HttpClient) => Promise<PortParts>,
): Promise<ProbePort> {
  const client = openServer(config, env, classify)
  try {
    const { session, tokenizer: found, missing, ...parts } = await connect(client)
    const tokenizer = found && isTokenizer(found) ? found : null
    const { tokenize, tokenTexts, detokenize } = tokenizer ?? {}
    return {
      textOnly: false,
      longestPrompt: null,
      rawOutputScores: false,
      key: keyOf(config, env),
      models: async (signal) => (await listModels(client, signal)).map(({ id }) => id),
      withoutKey: (signal) => listModels(client, signal, true),
      ...parts,
      missing: { ...(found && !isTokenizer(found) ? { tokenize: found } : {}), ...missing },
      session: {
        ...session,
        ...(found
          ? {
              identity: {
                ...session.identity,
                tokenizer: tokenizer?.name ?? null,
                bosId: tokenizer?.bosId ?? null,
              },
            }
          : {}),
        ...(tokenize ? { tokenize } : {}),
        ...(tokenTexts ? { tokenTexts } : {}),
        close: async () => client.close(),
      },
      ...(detokenize ? { detokenize } : {}),
    }
  } catch (error) {
    client.close()
    throw error
  }
}
