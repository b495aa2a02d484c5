import path from 'node:path'
import { AppError } from '@/lib/errors'
import { physicalCores } from '../child-process/cores'
import { EngineHost } from '../child-process/host'
import { fileHash } from '@/lib/models/hashes'
import { modelStatus } from '@/lib/models/status'
import type {
  BackendEnvironment,
  BackendLimits,
  BackendSession,
  EmbedReply,
  ModelIdentity,
} from '../types'
import { EMBEDDING_MODELS } from './config'
import type { EmbeddingsConfig } from './config'
import type { EmbeddingArgs, EmbeddingInfo } from './engine'

const ENTRY = 'lib/backends/embeddings/child.ts'
// About a second of work on two cores: short enough to cancel, long enough to sort by length.
const BATCH_TEXTS = 256

/** Open sentence embeddings, with what the probe needs beside the common methods. */
export interface EmbeddingsSession extends BackendSession {
  readonly info: EmbeddingInfo
  readonly host: EngineHost
  embed(texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply>
}

/**
 * Opens the embedding model in a child process. Throws `capability_missing` with the way to supply the files when they
 * are not here, `backend_unavailable` when they cannot be opened.
 */
export async function openEmbeddings(
  config: EmbeddingsConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
): Promise<EmbeddingsSession> {
  const status = await modelStatus(config.modelId, env, signal)
  if (status.state !== 'ready' || !status.path || !status.sha256) {
    throw new AppError('capability_missing', `${status.detail} ${status.remedy}`)
  }
  const folder = status.path
  const model = EMBEDDING_MODELS[config.modelId]
  const tokenizer = await fileHash(env.cacheDir, path.join(folder, 'tokenizer.json'), signal)
  const threads = config.threads === 'auto' ? physicalCores() : config.threads
  const host = new EngineHost({
    entry: ENTRY,
    name: 'The embedded embedding model',
    log: env.log,
    initArgs: (): EmbeddingArgs => ({ ...model, folder, threads }),
  })
  let info: EmbeddingInfo
  try {
    info = (await host.start(signal)) as EmbeddingInfo
  } catch (error) {
    await host.close()
    throw error
  }
  const identity: ModelIdentity = {
    kind: 'embedded-embeddings',
    server: info.runtime,
    model: config.modelId,
    revision: status.sha256,
    dtype: 'F32',
    settings: { pooling: 'mean', normalised: true, maxWordPieces: model.maxPieces },
    tokenizer,
    contextLength: model.maxPieces,
    bosId: null,
  }
  const limits: BackendLimits = {
    chatConcurrency: 1,
    scoreConcurrency: 1,
    scoreBatchTokens: 1,
    scoreBatchPrompts: 1,
    embedBatchTexts: BATCH_TEXTS,
  }
  return {
    identity,
    limits,
    info,
    host,
    embed: (texts, abort) => host.call('embed', { texts }, abort),
    close: () => host.close(),
  }
}
