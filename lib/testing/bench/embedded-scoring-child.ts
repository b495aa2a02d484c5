import { getLlama, LlamaLogLevel } from 'node-llama-cpp'
import { serve } from '@/lib/backends/child-process/serve'
import type { Scorer } from '@/lib/backends/engine/engine-types'
import { ExactScorer } from '@/lib/backends/engine/exact/exact-scorer'
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
  exact: ExactScorer
  native: NativeEngine
  slow: PublicEngine
  threads: number
}

let engines: Engines | null = null

const tokensOf = (rows: readonly Int32Array[]) => rows.reduce((sum, row) => sum + row.length - 1, 0)

async function speed(engine: Scorer, rows: readonly Int32Array[]) {
  const started = performance.now()
  const before = process.cpuUsage()
  const scores = await engine.score(rows)
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - started) / 1_000
  const scored = tokensOf(rows)
  return { scores, rate: scored / seconds, busy: (user + system) / 1_000 / scored }
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
    const native = new NativeEngine(library, { ...shared, sequences: 1 })
    const { vocabSize } = native.facts
    const tokenText = (id: number) => native.tokenText(id)
    engines = {
      exact: await ExactScorer.open({ ...shared, weights: modelPath, vocabSize, tokenText }),
      native,
      slow: await PublicEngine.open(llama, shared),
      threads,
    }
  },

  async measure(request: { rounds: number }): Promise<EmbeddedScoringFigures> {
    if (!engines) throw new AppError('internal', 'The benchmark was called before it was opened.')
    const { exact, native, slow, threads } = engines
    const text = native.tokenize(`${WORDS} `.repeat(20), false)
    const rows = ROW_TOKENS.map((length, i) => text.slice(i, i + length))
    const few = rows.slice(0, PUBLIC_ROWS)
    for (const engine of [exact, native]) await engine.score(rows.slice(0, 2))
    await slow.score([rows[0]?.slice(0, 8) ?? text])
    // The best of the rounds: what other programs take away is not the engine's speed.
    const best = { exact: 0, native: 0, exactFew: 0, slowFew: 0 }
    // Of a machine that does other things as well, processor time says more than the clock.
    const least = { exact: Infinity, native: Infinity }
    let largestDifference = 0
    for (let round = 0; round < request.rounds; round += 1) {
      const own = await speed(exact, rows)
      const other = await speed(native, rows)
      // The same rows on both sides of the comparison with the public path.
      const exactFew = await speed(exact, few)
      const slowFew = await speed(slow, few)
      best.exact = Math.max(best.exact, own.rate)
      best.native = Math.max(best.native, other.rate)
      best.exactFew = Math.max(best.exactFew, exactFew.rate)
      best.slowFew = Math.max(best.slowFew, slowFew.rate)
      least.exact = Math.min(least.exact, own.busy)
      least.native = Math.min(least.native, other.busy)
      largestDifference = Math.max(largestDifference, difference(exactFew.scores, slowFew.scores))
    }
    return {
      tokens: tokensOf(rows),
      rows: rows.length,
      threads,
      exactTokensPerSecond: best.exact,
      nativeTokensPerSecond: best.native,
      publicTokensPerSecond: best.slowFew,
      exactMsPerToken: least.exact,
      exactOverNative: least.native / least.exact,
      exactOverPublic: best.exactFew / best.slowFew,
      largestDifference,
    }
  },
})
