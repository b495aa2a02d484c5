import { availableParallelism } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError, throwIfAborted } from '@/lib/errors'
import { squaredDistance } from './distance.mjs'
import { distinctRows, packDistinct } from './distinct'
import type { Distinct } from './distinct'
import { tileGraph } from './graphs'
import { CONTROL, TILE, tileCount, tileCountAcross } from './plan'
import type { WorkerPlan } from './plan'
import { inTurn } from './turn'

/** The nearest other row of every row. */
export interface Neighbours {
  /** Squared Euclidean distance to it, exact in float64. */
  distance: Float64Array
  /** Its index; the lowest one where several are equally near. */
  neighbour: Int32Array
  /** Number of other rows nearer than the threshold. */
  repeats: Float64Array
  /** Different vectors among the rows. */
  nDistinct: number
  /** Rows whose candidates were too many to keep, compared with all others in float64. */
  nRescanned: number
}

/** Options of the search. */
export interface SearchOptions {
  /** Squared distance below which another row counts as a repeat. */
  threshold: number
  signal?: AbortSignal
  /** Reports finished tiles. */
  progress?(done: number, total: number): void
  /** Threads; one a core by default. */
  threads?: number
  /** Number of different vectors up to which the plain loop is used. */
  plainBelow?: number
  /** Also finds the distance to the second nearest row; across two sets only. */
  wantsSecond?: boolean
}

// One candidate block is 16 rows recomputed in float64, 1/16 of the product is read back.
const BLOCK = 16
// A fifth block within float32 error of the best is rare; such rows are compared with all others.
const KEEP = 4
// 600 vectors take the plain loop some 80 ms, as long as starting the threads.
const PLAIN_BELOW = 600
// Long enough to cost nothing, short enough for a live bar and a prompt cancel.
const POLL_MS = 100
// Half a unit in the last place of float32, relative.
const FLOAT32_ROUNDING = 2 ** -24

/** The answer by different vector. */
export interface DistinctNeighbours {
  distance: Float64Array
  neighbour: Int32Array
  /** Input rows (copies counted) of other vectors nearer than the threshold. */
  near: Float64Array
  nRescanned: number
  /** Squared distance to the second nearest vector, infinite where there is none; null where it was not asked for. */
  second: Float64Array | null
}

function searchPlainly(
  rows: Float32Array,
  d: number,
  copies: Uint32Array,
  { threshold, signal }: SearchOptions,
): DistinctNeighbours {
  const n = copies.length
  const distance = new Float64Array(n).fill(Infinity)
  const neighbour = new Int32Array(n).fill(-1)
  const near = new Float64Array(n)
  for (let i = 0; i < n; i += 1) {
    throwIfAborted(signal)
    for (let j = i + 1; j < n; j += 1) {
      const value = squaredDistance(rows, d, i, j)
      if (value < (distance[i] as number)) {
        distance[i] = value
        neighbour[i] = j
      }
      if (value < (distance[j] as number)) {
        distance[j] = value
        neighbour[j] = i
      }
      if (value < threshold) {
        near[i] = (near[i] as number) + (copies[j] as number)
        near[j] = (near[j] as number) + (copies[i] as number)
      }
    }
  }
  return { distance, neighbour, near, nRescanned: 0, second: null }
}

function share<T extends Float32Array | Uint32Array>(array: T): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(array.byteLength)
  new Uint8Array(shared).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  return shared
}

/** Returns what the threads need to know: the data, the graphs, and how far float32 can be off. */
function makePlan(
  rows: Float32Array,
  d: number,
  copies: Uint32Array,
  { threshold, wantsSecond = false }: SearchOptions,
  threads: number,
  across: WorkerPlan['across'],
): Omit<WorkerPlan, 'index'> {
  const n = copies.length
  const halfNorms = new Float32Array(n)
  let largest = 0
  for (let i = 0; i < n; i += 1) {
    let sum = 0
    for (let k = i * d; k < (i + 1) * d; k += 1) sum += (rows[k] as number) ** 2
    halfNorms[i] = sum / 2
    largest = Math.max(largest, sum)
  }
  // Bound of a float32 dot product of d + 2 terms whose absolute values sum to at most twice the squared norm.
  const error = (d + 4) * FLOAT32_ROUNDING * 2 * largest
  const perThread = (bytes: number) =>
    Array.from({ length: threads }, () => new SharedArrayBuffer(bytes))
  return {
    n,
    d,
    across,
    tile: TILE,
    block: BLOCK,
    keep: KEEP,
    threshold,
    hitLimit: -threshold / 2 - error,
    slack: 2 * error,
    upperGraph: tileGraph(TILE, d + 2, BLOCK, false),
    diagonalGraph: tileGraph(TILE, d + 2, BLOCK, true),
    rows: share(rows),
    halfNorms: share(halfNorms),
    copies: share(copies),
    control: new SharedArrayBuffer(4 * CONTROL.length),
    topValues: perThread(4 * n * KEEP),
    topBlocks: perThread(4 * n * KEEP),
    near: perThread(8 * n),
    distance: new SharedArrayBuffer(8 * n),
    neighbour: new SharedArrayBuffer(4 * n),
    second: wantsSecond ? new SharedArrayBuffer(8 * n) : null,
  }
}

/** Resolves with the next message of a thread; rejects when it fails or ends. */
function nextMessage(worker: Worker): Promise<{ rescanned?: number }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new AppError('internal', 'A thread of the neighbour search failed. Run the metric again.', {
          cause,
        }),
      )
    const onExit = (code: number) => fail(new Error(`thread ended with code ${code}`))
    worker.once('error', fail)
    worker.once('exit', onExit)
    worker.once('message', (message: { rescanned?: number }) => {
      worker.off('error', fail)
      worker.off('exit', onExit)
      resolve(message)
    })
  })
}

/**
 * Returns what a search in one thread a core finds: every row among all others, or with `across` the first rows among the
 * last ones; see WorkerPlan for how they lie. Searches of several jobs take turns.
 */
export function searchInThreads(
  rows: Float32Array,
  d: number,
  copies: Uint32Array,
  options: SearchOptions,
  across: WorkerPlan['across'] = null,
): Promise<DistinctNeighbours> {
  return inTurn(options.signal, () => searchNow(rows, d, copies, options, across))
}

async function searchNow(
  rows: Float32Array,
  d: number,
  copies: Uint32Array,
  options: SearchOptions,
  across: WorkerPlan['across'],
): Promise<DistinctNeighbours> {
  const n = copies.length
  const { signal, progress } = options
  const total = across ? tileCountAcross(across.asking, n - across.from) : tileCount(n)
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), total))
  const plan = makePlan(rows, d, copies, options, threads, across)
  const control = new Int32Array(plan.control)
  // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.mjs')
  const workers = Array.from({ length: threads }, (_, index) => {
    return new Worker(file, { workerData: { ...plan, index }, execArgv: [] })
  })
  const cancel = () => Atomics.store(control, CONTROL.cancelled, 1)
  signal?.addEventListener('abort', cancel, { once: true })
  const poll = setInterval(
    () => progress?.(Atomics.load(control, CONTROL.tilesDone), total),
    POLL_MS,
  )
  try {
    const searched = Promise.all(workers.map(nextMessage))
    // At once too: a search may be over before the first poll.
    progress?.(0, total)
    await searched
    throwIfAborted(signal)
    const refined = workers.map(nextMessage)
    for (const worker of workers) worker.postMessage('refine')
    const counts = await Promise.all(refined)
    throwIfAborted(signal)
    progress?.(total, total)
    const near = new Float64Array(n)
    for (const shared of plan.near) {
      const part = new Float64Array(shared)
      for (let i = 0; i < n; i += 1) near[i] = (near[i] as number) + (part[i] as number)
    }
    return {
      distance: new Float64Array(plan.distance),
      neighbour: new Int32Array(plan.neighbour),
      near,
      nRescanned: counts.reduce((sum, { rescanned = 0 }) => sum + rescanned, 0),
      second: plan.second && new Float64Array(plan.second),
    }
  } finally {
    clearInterval(poll)
    signal?.removeEventListener('abort', cancel)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Returns the result per input row: copies of one vector are each other's nearest at distance 0. */
function spread(groups: Distinct, found: DistinctNeighbours): Neighbours {
  const n = groups.group.length
  const distance = new Float64Array(n)
  const neighbour = new Int32Array(n)
  const repeats = new Float64Array(n)
  const second = new Int32Array(groups.n).fill(-1)
  for (let i = 0; i < n; i += 1) {
    const g = groups.group[i] as number
    if (i !== groups.first[g] && second[g] === -1) second[g] = i
  }
  for (let i = 0; i < n; i += 1) {
    const g = groups.group[i] as number
    const copies = groups.copies[g] as number
    repeats[i] = copies - 1 + (found.near[g] as number)
    if (copies > 1) {
      neighbour[i] = i === groups.first[g] ? (second[g] as number) : (groups.first[g] as number)
    } else {
      distance[i] = found.distance[g] as number
      neighbour[i] = groups.first[found.neighbour[g] as number] as number
    }
  }
  return { distance, neighbour, repeats, nDistinct: groups.n, nRescanned: found.nRescanned }
}

/**
 * Returns each row's nearest other row, exactly: candidates by float32 matrix products over the upper triangle in
 * threads, every candidate within their error bound recomputed in float64. Equal rows are searched once. Needs at
 * least two rows; throws `cancelled` within a tile of the abort.
 */
export async function findNeighbours(
  rows: Float32Array,
  n: number,
  d: number,
  options: SearchOptions,
): Promise<Neighbours> {
  throwIfAborted(options.signal)
  const groups = distinctRows(rows, n, d)
  if (groups.n === 1) {
    // One vector only: everybody is a copy of everybody.
    const none = { distance: new Float64Array(1), neighbour: new Int32Array(1) }
    return spread(groups, { ...none, near: new Float64Array(1), nRescanned: 0, second: null })
  }
  const different = packDistinct(rows, d, groups)
  const found =
    groups.n <= (options.plainBelow ?? PLAIN_BELOW)
      ? searchPlainly(different, d, groups.copies, options)
      : await searchInThreads(different, d, groups.copies, options)
  return spread(groups, found)
}
