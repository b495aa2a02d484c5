import fs from 'node:fs'
import process from 'node:process'
import { findNeighbours } from '@/lib/metrics/neighbours/search'
import { ownProcessorSeconds } from './peak'

// A process of its own, so that its peak memory is that of the search: file of vectors, n, d, threshold, searches, file of
// distances. The first search also loads the native library; the best is what a running worker sees.
const [file = '', n = '', d = '', threshold = '', runs = '', out = ''] = process.argv.slice(2)

// In shared memory and piece by piece, as the worker has them.
const PIECE = 1 << 26
const bytes = new Uint8Array(new SharedArrayBuffer(4 * Number(n) * Number(d)))
const source = fs.openSync(file, 'r')
for (let at = 0; at < bytes.length;) {
  at += fs.readSync(source, bytes, at, Math.min(PIECE, bytes.length - at), at)
}
const rows = new Float32Array(bytes.buffer)
let seconds = Infinity
let cpuSeconds = Infinity
let distance = new Float64Array(0)
let tiles = {}
for (let run = 0; run < Number(runs); run += 1) {
  const start = performance.now()
  const used = ownProcessorSeconds()
  const found = await findNeighbours(rows, Number(n), Number(d), { threshold: Number(threshold) })
  seconds = Math.min(seconds, (performance.now() - start) / 1_000)
  cpuSeconds = Math.min(cpuSeconds, ownProcessorSeconds() - used)
  distance = Float64Array.from(found.distance)
  tiles = found.tiles
}
fs.writeFileSync(out, new Uint8Array(distance.buffer))
const rssMb = process.resourceUsage().maxRSS / 1_024
process.stdout.write(`\n${JSON.stringify({ seconds, cpuSeconds, rssMb, tiles })}\n`)
