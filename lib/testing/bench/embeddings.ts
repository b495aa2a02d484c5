import process from 'node:process'
import { physicalCores } from '@/lib/backends/child-process/cores'
import { EMBEDDING_MODELS, embeddingsConfig } from '@/lib/backends/embeddings/config'
import { EmbeddingEngine } from '@/lib/backends/embeddings/engine'
import { AppError } from '@/lib/errors'
import { modelStatus } from '@/lib/models/status'
import type { ModelDirs } from '@/lib/models/paths'
import { createRandom } from '@/lib/stats/random'

// As long as the questions of GSM8K: 58 word pieces on average, 20 to 100.
const WORDS = 'a farmer sells twelve baskets of red apples for three dollars each and buys'.split(
  ' ',
)
const [FEWEST, MOST] = [18, 94]
const TEXTS = 512

/** Texts that the embedded embeddings take in a second, and in a second of one processor. */
export async function benchEmbeddings(dirs: ModelDirs) {
  const { modelId } = embeddingsConfig.parse({})
  const { path: folder, detail, remedy } = await modelStatus(modelId, dirs)
  if (!folder) throw new AppError('capability_missing', `${detail} ${remedy}`)
  const args = { ...EMBEDDING_MODELS[modelId], folder, threads: physicalCores() }
  const { engine } = await EmbeddingEngine.open(args)
  const random = createRandom(1)
  const texts = Array.from({ length: TEXTS }, () =>
    Array.from(
      { length: FEWEST + random.below(MOST - FEWEST) },
      () => WORDS[random.below(WORDS.length)],
    ).join(' '),
  )
  await engine.embed(texts.slice(0, 32))
  const [started, before] = [performance.now(), process.cpuUsage()]
  await engine.embed(texts)
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(before)
  return {
    threads: args.threads,
    textsPerSecond: TEXTS / seconds,
    textsPerProcessorSecond: TEXTS / ((user + system) / 1e6),
  }
}
