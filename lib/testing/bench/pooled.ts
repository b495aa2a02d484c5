import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createRandom } from '@/lib/stats/random'
import { runSearch } from './mnd-faiss'

// The paper's study: its rows, its seeds, the topics they may have, and what the smallest of the usual encoders makes of each.
const [ROWS, SEEDS, TOPICS, D] = [556_346, 20_606, 200, 384]
// Rows are written some at a time.
const ROWS_PER_WRITE = 8_192

/** Writes vectors as evolving texts have them: rows of one seed near each other, seeds around topics, some rows copies. */
function writeEvolving(file: string, n: number): void {
  const random = createRandom(7)
  const noise = (size: number) =>
    (2 * size * (random.next() + random.next() - 1)) / Math.sqrt(D / 1.5)
  const around = (centre: (k: number) => number, size: number, into: Float32Array) => {
    let sum = 0
    for (let k = 0; k < D; k += 1) {
      const value = centre(k) + noise(size)
      into[k] = value
      sum += value * value
    }
    const scale = 1 / Math.sqrt(sum)
    for (let k = 0; k < D; k += 1) into[k] = (into[k] as number) * scale
  }
  const matrix = (count: number) => new Float32Array(count * D)
  const [topics, seeds] = [matrix(TOPICS), matrix(SEEDS)]
  const at = (of: Float32Array, i: number) => of.subarray(i * D, (i + 1) * D)
  for (let i = 0; i < TOPICS; i += 1) around(() => 0, 1, at(topics, i))
  for (let i = 0; i < SEEDS; i += 1) {
    const topic = at(topics, random.below(TOPICS))
    around((k) => 0.55 * (topic[k] as number), 0.83, at(seeds, i))
  }
  const out = fs.openSync(file, 'w')
  for (let from = 0; from < n; from += ROWS_PER_WRITE) {
    const block = matrix(Math.min(ROWS_PER_WRITE, n - from))
    for (let i = 0; i * D < block.length; i += 1) {
      const seed = at(seeds, (from + i) % SEEDS)
      if (random.below(50) === 0) at(block, i).set(seed)
      else around((k) => seed[k] as number, 0.15 + 0.65 * random.next(), at(block, i))
    }
    fs.writeSync(out, new Uint8Array(block.buffer))
  }
  fs.closeSync(out)
}

/** Times the exact search over as many rows as the paper's study has, all in one set. */
export async function benchPooled(n = ROWS) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-bench-'))
  try {
    const file = path.join(folder, 'vectors.f32')
    writeEvolving(file, n)
    const found = await runSearch([file, n, D], 1, path.join(folder, 'distances.f64'))
    return { n, d: D, ...found }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
