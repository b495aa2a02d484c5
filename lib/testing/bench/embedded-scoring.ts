import { physicalCores } from '@/lib/backends/child-process/cores'
import { EngineHost } from '@/lib/backends/child-process/host'
import { expandModel } from '@/lib/backends/engine/gguf/expand'
import { modelStatus } from '@/lib/models/status'
import type { ModelDirs } from '@/lib/models/paths'
import { AppError } from '@/lib/errors'

/** What one run of the scoring benchmark found; speeds in scored tokens a second. */
export interface EmbeddedScoringFigures {
  tokens: number
  rows: number
  threads: number
  exactTokensPerSecond: number
  nativeTokensPerSecond: number
  publicTokensPerSecond: number
  /** Processor time of the graph in exact float32. */
  exactMsPerToken: number
  /** The graph against llama.cpp's library on the same float32 weights, by processor time. */
  exactOverNative: number
  /** The graph against node-llama-cpp's public functions on the same weights and rows. */
  exactOverPublic: number
  /** Largest difference in nats between the graph and the public functions over the rows that both scored. */
  largestDifference: number
}

/** Lower limit of the graph over llama.cpp with float32 weights: 3.0 was measured, by processor time. */
export const EXACT_OVER_NATIVE = 2

/**
 * Times the embedded engine's prompt scores in exact float32 against llama.cpp on the same weights, reached directly and
 * by its public functions, in one child process, in alternation, and returns the best of the rounds. Throws `capability_missing` when the model file is not here.
 */
export async function benchEmbeddedScoring(
  dirs: ModelDirs,
  options: { rounds?: number; threads?: number; signal?: AbortSignal } = {},
): Promise<EmbeddedScoringFigures> {
  const status = await modelStatus('smollm2-135m-instruct', dirs)
  if (!status.path) throw new AppError('capability_missing', `${status.detail} ${status.remedy}`)
  const sha256 = status.sha256 ?? status.path
  const modelPath = await expandModel({ file: status.path, sha256, cacheDir: dirs.cacheDir })
  const host = new EngineHost({
    entry: 'lib/testing/bench/embedded-scoring-child.ts',
    name: 'The scoring benchmark',
    initArgs: () => ({
      modelPath,
      threads: options.threads ?? physicalCores(),
    }),
    log: () => undefined,
  })
  try {
    const { rounds = 3, signal } = options
    return await host.call<EmbeddedScoringFigures>('measure', { rounds }, signal)
  } finally {
    await host.close()
  }
}
