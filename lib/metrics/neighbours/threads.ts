import { availableParallelism } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError, throwIfAborted } from '@/lib/errors'
import { log } from '@/lib/log'
import { scanModule } from './assemble'
import { tileGraph } from './graphs'
import { progressKeeper } from './kept'
import { CONTROL, emptyFound, TILE, tileCount, tileCountAcross } from './plan'
import type { Found, FoundAmong, SearchOptions, WorkerPlan, WorkerReport } from './plan'
import type { Side } from './sides'

// Long enough to cost nothing, short enough for a live bar and a prompt cancel.
const POLL_MS = 100
// Writing 20 bytes a row takes a hundredth of it at most.
const KEEP_EVERY_MS = 10_000
// Sums of products in int32 hold as many of the largest code.
const MOST_BYTES_DIMENSIONS = 65_536
// Squares and sums of two of them stay well below the largest float32.
const MOST_FLOAT32 = 1e30
// Infinity in float32.
const INFINITE_BITS = 0x7f800000

/** Joins what the threads of a search within one set found. */
function join([all, ...others]: readonly Found[]): void {
  if (!all) return
  const { distance, nearest, near } = all
  for (const one of others) {
    for (let i = 0; i < distance.length; i += 1) {
      const [mine, its] = [distance[i] as number, one.distance[i] as number]
      // Of equally near rows the lowest, as everywhere.
      if (its < mine || (its === mine && (one.nearest[i] as number) < (nearest[i] as number))) {
        distance[i] = its
        nearest[i] = one.nearest[i] as number
      }
      near[i] = (near[i] as number) + (one.near[i] as number)
    }
    one.near.fill(0)
  }
}

/** Returns the products that a search may use. */
function allowedProducts(
  own: Side,
  other: Side | null,
  d: number,
  wanted: SearchOptions['allowed'] = {},
): WorkerPlan['allowed'] {
  const largest = Math.max(own.largest, other?.largest ?? 0)
  const allowed = {
    int8: d <= MOST_BYTES_DIMENSIONS && (wanted.int8 ?? true),
    float32: largest < MOST_FLOAT32 && (wanted.float32 ?? true),
  }
  if (allowed.int8 || allowed.float32) return allowed
  throw new AppError('data_error', 'The vectors are too long to be compared. Use another encoder.')
}

/** Resolves with the next message of a thread; rejects when it fails or ends. */
function nextMessage(worker: Worker): Promise<WorkerReport> {
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
    worker.once('message', (message: WorkerReport) => {
      worker.off('error', fail)
      worker.off('exit', onExit)
      resolve(message)
    })
  })
}

/**
 * Returns what a search in one thread a core finds for every row of a side among another one or, without another, among
 * all others of the same.
 */
export async function searchInThreads(
  own: Side,
  other: Side | null,
  d: number,
  options: SearchOptions,
): Promise<FoundAmong> {
  const { signal, progress, threshold, wantsSecond = false, kept } = options
  const scan = await scanModule()
  // From here on the threads are told; nothing is awaited before.
  throwIfAborted(signal)
  const stripes = Math.ceil(own.n / TILE)
  const total = other ? tileCountAcross(own.n, other.n) : tileCount(own.n)
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), stripes))
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length))
  const all = emptyFound(own.n, wantsSecond)
  // Across two sets a row is asked for in one stripe only; within one set two threads may find something for it at once.
  const founds = Array.from({ length: threads }, (_, index) => {
    return other || index === 0 ? all : emptyFound(own.n, false)
  })
  const keeper = kept ? progressKeeper(kept, { own, other, d, threshold, found: all }) : null
  const begin = keeper?.read() ?? 0
  control[CONTROL.nextStripe] = begin
  // Within one set stripes fall in length from all tiles down to one.
  const left = stripes - begin
  control[CONTROL.tilesDone] = other ? (total / stripes) * begin : total - (left * (left + 1)) / 2
  const shared: Omit<WorkerPlan, 'found'> = {
    d,
    own,
    other,
    tile: TILE,
    threshold,
    allowed: allowedProducts(own, other, d, options.allowed),
    graphs: { int8: tileGraph('int8', TILE, d), float32: tileGraph('float32', TILE, d) },
    scan,
    control,
    reaches: wantsSecond
      ? null
      : new Int32Array(new SharedArrayBuffer(4 * own.n)).fill(INFINITE_BITS),
  }
  // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.mjs')
  const workers = founds.map((found) => {
    return new Worker(file, { workerData: { ...shared, found }, execArgv: [] })
  })
  const cancel = () => Atomics.store(control, CONTROL.cancelled, 1)
  signal?.addEventListener('abort', cancel, { once: true })
  const round = (what: 'encode' | 'search') => {
    const ended = Promise.all(workers.map(nextMessage))
    for (const worker of workers) worker.postMessage(what)
    return ended
  }
  const report = () => progress?.(Atomics.load(control, CONTROL.tilesDone), total)
  const poll = setInterval(report, POLL_MS)
  let pause: NodeJS.Timeout | undefined
  try {
    await Promise.all(workers.map(nextMessage))
    await round('encode')
    // At once too: a search may be over before the first poll.
    report()
    for (;;) {
      Atomics.store(control, CONTROL.paused, 0)
      if (keeper) {
        const stop = () => Atomics.store(control, CONTROL.paused, 1)
        pause = setTimeout(stop, options.keepEvery ?? KEEP_EVERY_MS)
      }
      const reports = await round('search')
      clearTimeout(pause)
      throwIfAborted(signal)
      if (!other) join(founds)
      const done = Atomics.load(control, CONTROL.nextStripe)
      if (done >= stripes) {
        progress?.(total, total)
        const sum = (of: (report: WorkerReport) => number) =>
          reports.reduce((before, one) => before + of(one), 0)
        const tiles = {
          int8: sum((one) => one.tiles.int8),
          float32: sum((one) => one.tiles.float32),
        }
        const nCompared = sum(({ compared }) => compared)
        log().info({ rows: own.n, tiles, nCompared }, 'neighbours found')
        return { ...all, nCompared, tiles }
      }
      keeper?.write(done)
    }
  } finally {
    clearInterval(poll)
    clearTimeout(pause)
    signal?.removeEventListener('abort', cancel)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
