import { physicalCores } from '@/lib/backends/child-process/cores'
import { EngineHost } from '@/lib/backends/child-process/host'
import { expandModel } from '@/lib/backends/engine/gguf/expand'
import { chooseWeights } from '@/lib/backends/engine/weights'
import { modelStatus } from '@/lib/models/status'
import type { ModelDirs } from '@/lib/models/paths'
import { AppError } from '@/lib/errors'

/** What one run of the scoring benchmark found; speeds in scored tokens a second. */
export interface EmbeddedScoringFigures {
  tokens: number
  rows: number
  threads: number
  fastTokensPerSecond: number
  decodeTokensPerSecond: number
  publicTokensPerSecond: number
  /** Fast path against node-llama-cpp's public functions on the same model and rows. */
  fastOverPublic: number
  /** Fast path against the same decoding with no score read. */
  fastOverDecode: number
  /** Largest difference in nats between the two paths over the rows that both scored. */
  largestDifference: number
}

/**
 * Lower limit of scoring over decoding alone: the same products on the same machine, so the ratio hardly moves between
 * machines. That over the public path does: on idle machines 7.5 and more than 10 were seen.
 */
export const FAST_OVER_DECODE = 0.75

/**
 * Times the embedded engine's prompt scores against the slow public path and against decoding alone, in one child
 * process, in alternation, and returns the best of the rounds. Throws `capability_missing` when the model file is not here.
 */
export async function benchEmbeddedScoring(
  dirs: ModelDirs,
  options: { rounds?: number; threads?: number; signal?: AbortSignal } = {},
): Promise<EmbeddedScoringFigures> {
  const status = await modelStatus('smollm2-135m-instruct', dirs)
  if (!status.path) throw new AppError('capability_missing', `${status.detail} ${status.remedy}`)
  // The weights that the engine takes unless told otherwise, for all three sides of the comparison.
  const to = await chooseWeights('auto', status.path)
  const sha256 = status.sha256 ?? status.path
  const modelPath = to
    ? await expandModel({ file: status.path, sha256, to, cacheDir: dirs.cacheDir })
    : status.path
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
