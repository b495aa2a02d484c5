import { AppError } from '@/lib/errors'
import { EngineHost } from '../child-process/host'
import type {
  BackendEnvironment,
  BackendLimits,
  BackendSession,
  ChatMessage,
  EmbedReply,
  GenerateParams,
  GenerateReply,
  GenerateRequest,
  ModelIdentity,
} from '../types'
import type { EmbeddedConfig } from './config'
import type { EngineArgs, EngineInfo, GenerationResult } from './engine-types'
import { locateModel, threadsOf } from './locate'
import type { LocatedModel } from './locate'
import { chooseWeights } from './weights'

const ENTRY = 'lib/backends/engine/child.ts'
const NAME = 'The embedded language model'
// Two calls keep the engine busy while results travel between the processes; it decodes one pack at a time.
const SCORE_CONCURRENCY = 2
// About four seconds of work on two cores: short enough to cancel, long enough for good packs.
const SCORE_BATCH_TOKENS = 4_096
const SCORE_BATCH_PROMPTS = 64
// What makes no assumption about a library's memory or a processor's instructions.
const PLAIN = { path: 'public', scorer: null, generator: null } as const
// One more than the sequences waits, so that a free sequence is filled at once.
const WAITING_CHATS = 1

/** An open embedded language model, with what the probe needs beside the common methods. */
export interface EmbeddedSession extends BackendSession {
  readonly info: EngineInfo
  readonly host: EngineHost
  generate(request: GenerateRequest, signal?: AbortSignal): Promise<GenerateReply>
  scoreTokens(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]>
  tokenize(
    texts: readonly string[],
    addSpecial: boolean,
    signal?: AbortSignal,
  ): Promise<Int32Array[]>
  tokenTexts(ids: Int32Array, signal?: AbortSignal): Promise<string[]>
  embed?(texts: readonly string[]): Promise<EmbedReply>
  /** Continues bare ids without a chat template. */
  continueIds(
    ids: Int32Array,
    params: GenerateParams,
    signal?: AbortSignal,
  ): Promise<GenerationResult>
}

/** Returns the identity of an opened model: all that decides its numbers, and nothing else. */
export function identityOf(model: LocatedModel, info: EngineInfo, gpuLayers: number) {
  return {
    kind: 'embedded',
    server: `llama.cpp ${info.release}`,
    model: model.name,
    revision: model.sha256,
    dtype: info.dtype,
    settings: {
      attention: 'exact',
      kvType: 'f32',
      path: info.path,
      scoringWeights: info.scoringWeights ?? 'file',
      ...(info.scorer ? { scorer: info.scorer } : {}),
      ...(info.generator ? { generator: info.generator } : {}),
      ...(gpuLayers > 0 ? { gpuLayers } : {}),
    },
    tokenizer: info.tokenizerHash,
    contextLength: info.contextLength,
    bosId: info.bosId,
  } satisfies ModelIdentity
}

/** Opens the embedded model in a child process; see openEmbedded for the errors. */
export async function openEmbedded(
  config: EmbeddedConfig,
  env: BackendEnvironment,
  options: { signal?: AbortSignal | undefined; forcePublic?: boolean } = {},
): Promise<EmbeddedSession> {
  const model = await locateModel(config, env, options.signal)
  const { expand, inexact } = await chooseWeights(config, model.path)
  let opened: EngineInfo | null = null
  const host = new EngineHost({
    entry: ENTRY,
    name: NAME,
    log: env.log,
    initArgs: (crashes): EngineArgs => ({
      modelPath: model.path,
      expand: expand ? { sha256: model.sha256, cacheDir: env.cacheDir } : null,
      inexact,
      threads: threadsOf(config),
      tuneThreads: config.threads === 'auto',
      gpuLayers: config.gpuLayers,
      contextLength: config.contextLength ?? null,
      sequences: config.sequences === 'auto' ? null : config.sequences,
      // Numbers of the two paths never mix under one identity: a restart takes the path it began with. A crash
      // while the model was first opened points at the fast path.
      only: opened ?? (options.forcePublic === true || crashes > 0 ? PLAIN : null),
    }),
  })
  let info: EngineInfo
  try {
    info = (await host.start(options.signal)) as EngineInfo
  } catch (error) {
    await host.close()
    throw error
  }
  opened = info
  const identity = identityOf(model, info, config.gpuLayers)
  const limits: BackendLimits = {
    chatConcurrency: info.sequences + WAITING_CHATS,
    scoreConcurrency: SCORE_CONCURRENCY,
    scoreBatchTokens: SCORE_BATCH_TOKENS,
    scoreBatchPrompts: SCORE_BATCH_PROMPTS,
    embedBatchTexts: 1,
  }
  return {
    identity,
    limits,
    info,
    host,
    async generate(request, signal) {
      if (!info.hasChatTemplate) {
        throw new AppError(
          'capability_missing',
          'This model file has no chat template, so it cannot chat. Choose an instruction-tuned model.',
        )
      }
      const started = performance.now()
      const result = await host.call<GenerationResult>('generate', request, signal)
      return {
        text: result.text,
        finishReason: result.finishReason,
        usage: { promptTokens: result.promptTokens, completionTokens: result.completionTokens },
        ...(result.tokens ? { tokens: result.tokens } : {}),
        model: model.name,
        latencyMs: performance.now() - started,
      }
    },
    scoreTokens: (sequences, signal) => host.call('scoreTokens', { sequences }, signal),
    tokenize: (texts, addSpecial, signal) => host.call('tokenize', { texts, addSpecial }, signal),
    tokenTexts: (ids, signal) => host.call('tokenTexts', { ids }, signal),
    ...(info.hasChatTemplate
      ? {
          chatIds: (
            conversations: readonly (readonly ChatMessage[])[],
            open: boolean,
            signal?: AbortSignal,
          ) => host.call<Int32Array[]>('chatIds', { conversations, open }, signal),
        }
      : {}),
    continueIds: (ids, params, signal) => host.call('continueIds', { ids, params }, signal),
    close: () => host.close(),
  }
}
