import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { tileGraph } from '@/lib/metrics/neighbours/graphs'
import { TILE } from '@/lib/metrics/neighbours/plan'

// So many columns that reading the tiles and rounding the products is a thousandth of the product.
const WIDTH = 4_096
// About half a second a thread: long enough to smooth, short enough to be run around every measurement.
const PRODUCTS = 50
const ROUNDS = 3

/** Returns the processor seconds that this process has used in all its threads. */
export function ownProcessorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/**
 * Returns how many floating-point operations a processor second of this machine holds in float32 matrix products, by the
 * library that the product computes with and with every core at work: the best of a few rounds. Processor time leaves
 * out what other programs take, and shares of the peak hardly differ between machines.
 */
export async function floatingPointPeak(): Promise<number> {
  const graph = tileGraph('float32', TILE, WIDTH)
  const workerData = { graph, tile: TILE, width: WIDTH, products: PRODUCTS }
  const file = path.join(import.meta.dirname, 'peak-worker.mjs')
  const workers = Array.from(
    { length: os.availableParallelism() },
    () => new Worker(file, { workerData, execArgv: [] }),
  )
  const all = () => Promise.all(workers.map((worker) => once(worker, 'message')))
  await all()
  let best = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = ownProcessorSeconds()
    const done = all()
    for (const worker of workers) worker.postMessage('go')
    await done
    const operations = workers.length * PRODUCTS * 2 * TILE * TILE * WIDTH
    best = Math.max(best, operations / (ownProcessorSeconds() - start))
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
  return best
}
