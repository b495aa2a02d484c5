import { getLlama, LlamaLogLevel } from 'node-llama-cpp'
import { serve } from '@/lib/backends/child-process/serve'
import type { CoreEngine } from '@/lib/backends/engine/engine-types'
import { LAYOUT_RELEASE } from '@/lib/backends/engine/layout'
import { libraryFolder, openLibrary } from '@/lib/backends/engine/library'
import { NativeEngine } from '@/lib/backends/engine/native-engine'
import { PublicEngine } from '@/lib/backends/engine/public-engine'
import { AppError } from '@/lib/errors'
import type { EmbeddedScoringFigures } from './embedded-scoring'

// Lengths of instruction and answer together, as they are in instruction data.
const ROW_TOKENS = [48, 96, 120, 160, 220, 320, 64, 80]
// The public path takes about 20 ms a token, so it gets a part of the rows.
const PUBLIC_ROWS = 2
const CONTEXT = 512
const WORDS =
  'Explain to a class of beginners how a river shapes a valley over time, name two examples, and say which measurements would show the change within a single year.'

interface Engines {
  fast: NativeEngine
  decode: NativeEngine
  slow: PublicEngine
  threads: number
}

let engines: Engines | null = null

async function speed(engine: CoreEngine, rows: readonly Int32Array[]) {
  const started = performance.now()
  const scores = await engine.score(rows)
  const seconds = (performance.now() - started) / 1_000
  const scored = rows.reduce((sum, row) => sum + row.length - 1, 0)
  return { scores, rate: scored / seconds }
}

function difference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = 0
  b.forEach((scores, row) => {
    for (let i = 1; i < scores.length; i += 1) {
      largest = Math.max(largest, Math.abs((scores[i] as number) - (a[row]?.[i] ?? Number.NaN)))
    }
  })
  return largest
}

serve({
  async init(args: { modelPath: string; threads: number }) {
    const { modelPath, threads } = args
    const llama = await getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: LlamaLogLevel.error,
    })
    const library = openLibrary(libraryFolder(false), LAYOUT_RELEASE)
    const shared = { modelPath, threads, tuneThreads: false, gpuLayers: 0, contextLength: CONTEXT }
    engines = {
      fast: new NativeEngine(library, { ...shared, sequences: 1 }),
      decode: new NativeEngine(library, { ...shared, sequences: 1, decodeOnly: true }),
      slow: await PublicEngine.open(llama, shared),
      threads,
    }
  },

  async measure(request: { rounds: number }): Promise<EmbeddedScoringFigures> {
    if (!engines) throw new AppError('internal', 'The benchmark was called before it was opened.')
    const { fast, decode, slow, threads } = engines
    const text = fast.tokenize(`${WORDS} `.repeat(20), false)
    const rows = ROW_TOKENS.map((length, i) => text.slice(i, i + length))
    const few = rows.slice(0, PUBLIC_ROWS)
    for (const engine of [fast, decode]) await engine.score(rows.slice(0, 2))
    await slow.score([rows[0]?.slice(0, 8) ?? text])
    // The best of the rounds: what other programs take away is not the engine's speed.
    const best = { fast: 0, decode: 0, fastFew: 0, slowFew: 0 }
    let largestDifference = 0
    for (let round = 0; round < request.rounds; round += 1) {
      const withScores = await speed(fast, rows)
      const without = await speed(decode, rows)
      // The same rows on both sides of the comparison with the public path.
      const fastFew = await speed(fast, few)
      const slowFew = await speed(slow, few)
      best.fast = Math.max(best.fast, withScores.rate)
      best.decode = Math.max(best.decode, without.rate)
      best.fastFew = Math.max(best.fastFew, fastFew.rate)
      best.slowFew = Math.max(best.slowFew, slowFew.rate)
      largestDifference = Math.max(largestDifference, difference(fastFew.scores, slowFew.scores))
    }
    return {
      tokens: rows.reduce((sum, row) => sum + row.length - 1, 0),
      rows: rows.length,
      threads,
      fastTokensPerSecond: best.fast,
      decodeTokensPerSecond: best.decode,
      publicTokensPerSecond: best.slowFew,
      fastOverPublic: best.fastFew / best.slowFew,
      fastOverDecode: best.fast / best.decode,
      largestDifference,
    }
  },
})
