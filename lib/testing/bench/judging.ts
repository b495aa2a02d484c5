import { embeddedConfig } from '@/lib/backends/engine/config'
import { openEmbedded } from '@/lib/backends/engine/session'
import { GREEDY } from '@/lib/backends/types'
import { getMeasured, parseParams } from '@/lib/metrics'
import { exampleRow, stubTools } from '@/lib/metrics/example-tools'
import type { ModelDirs } from '@/lib/models/paths'
import { createRandom } from '@/lib/stats/random'

const WORDS =
  'write explain a short list of three reasons why the river moves and name two towns'.split(' ')
const ROWS = 96
const METRICS = ['difficulty_level', 'difficulty_score']

/** Rows that the embedded model judges in a second, by metric; instructions of some 60 tokens, constrained replies. */
export async function benchJudging(dirs: ModelDirs) {
  const quiet = { secret: () => undefined, log: () => undefined }
  const session = await openEmbedded(embeddedConfig.parse({}), { ...dirs, ...quiet })
  try {
    const random = createRandom(2)
    const word = () => WORDS[random.below(WORDS.length)]
    const rows = Array.from({ length: ROWS }, (_, index) =>
      exampleRow({
        index,
        instruction: Array.from({ length: 40 + random.below(40) }, word).join(' '),
      }),
    )
    const first = {
      messages: [{ role: 'user' as const, content: 'Hello.' }],
      params: { ...GREEDY, maxTokens: 2 },
    }
    await session.generate(first)
    const found: { metric: string; rowsPerSecond: number }[] = []
    for (const id of METRICS) {
      const metric = getMeasured(id)
      const params = parseParams(metric, { constrained: 'always', maxTokens: 32 })
      const tools = stubTools({ generate: (request) => session.generate(request) })
      const started = performance.now()
      await metric.computeBatch?.(rows, params, tools)
      found.push({
        metric: metric.label,
        rowsPerSecond: (1_000 * ROWS) / (performance.now() - started),
      })
    }
    return found
  } finally {
    await session.close()
  }
}
