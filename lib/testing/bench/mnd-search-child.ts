import fs from 'node:fs/promises'
import process from 'node:process'
import { findNeighbours } from '@/lib/metrics/neighbours/search'
import { ownProcessorSeconds } from './peak'

// A process of its own, so that its peak memory is that of the search: file of vectors, n, d, threshold, file of distances.
const [file = '', n = '', d = '', threshold = '', out = ''] = process.argv.slice(2)
// The first search also loads the native library; the better of two is what a running worker sees.
const RUNS = 2

const bytes = new Uint8Array(await fs.readFile(file))
const rows = new Float32Array(bytes.buffer)
let seconds = Infinity
let cpuSeconds = Infinity
let distance = new Float64Array(0)
for (let run = 0; run < RUNS; run += 1) {
  const start = performance.now()
  const used = ownProcessorSeconds()
  const found = await findNeighbours(rows, Number(n), Number(d), { threshold: Number(threshold) })
  seconds = Math.min(seconds, (performance.now() - start) / 1_000)
  cpuSeconds = Math.min(cpuSeconds, ownProcessorSeconds() - used)
  distance = new Float64Array(found.distance)
}
await fs.writeFile(out, new Uint8Array(distance.buffer))
const rssMb = process.resourceUsage().maxRSS / 1_024
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds, rssMb })}\n`)
