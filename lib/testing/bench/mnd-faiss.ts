import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { TILE, tileCount, type SearchWork } from '@/lib/metrics/neighbours/plan'
import { unitVectors } from './mnd'
import { floatingPointPeak } from './peak'

/** What the comparison with the machine's peak and with faiss measured on the same vectors in one run; times in seconds. */
export interface FaissBench {
  n: number
  d: number
  fastSeconds: number
  /** Floating-point operations of a processor second in matrix products, measured before and after the search. */
  peak: number
  /** The same of the search's products, all else it does included in its time, as a share of that peak. */
  peakShare: number
  /** IndexFlatL2, add and search with k = 2, by its fastest kernel; null where faiss is not installed. */
  faissSeconds: number | null
  /** Time as a share of that of faiss; null without it. */
  ratio: number | null
  /** What faiss ran on: version, library and kernel. */
  faissKernel: string
  /** Largest difference of a distance; faiss itself is off by up to 2e-6. */
  maxDifference: number | null
  /** Peak memory of the process that searches, in MB. */
  rssMb: number
}

// The threshold of the repeat count, as the metric has it.
const THRESHOLD = 0.05
const RUNS = 3
// The kernels of OpenBLAS for x86-64 that are worth a try; the empty one is its own choice.
const KERNELS = ['', 'SKYLAKEX', 'HASWELL']
// Debian's Python, where its package python3-faiss lies, before any other one.
const PYTHONS = ['/usr/bin/python3', 'python3']

// Reads vectors, searches as the reference script does, and writes the time and the distances at rank 1.
const SCRIPT = `
import sys, time, json
import numpy as np, faiss
file, n, d, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
x = np.fromfile(file, dtype='float32').reshape(n, d)
t = time.perf_counter()
index = faiss.IndexFlatL2(d)
index.add(x)
distances, _ = index.search(x, 2)
seconds = time.perf_counter() - t
distances[:, 1].astype('float32').tofile(out)
libraries = sorted({line.split()[-1] for line in open('/proc/self/maps') if 'blas' in line})
print(json.dumps({'seconds': seconds, 'version': faiss.__version__, 'libraries': libraries}))
`

interface SearchReply {
  seconds: number
  cpuSeconds: number
  rssMb: number
  /** Tiles by the kind of their products. */
  tiles: SearchWork['tiles']
}

/** Returns what a search in a process of its own took, the best of `runs`, and writes the distances into a file. */
export async function runSearch(
  [file, n, d]: [string, number, number],
  runs: number,
  out: string,
): Promise<SearchReply> {
  const entry = path.join(import.meta.dirname, 'mnd-search-child.ts')
  const numbers = [n, d, THRESHOLD, runs].map(String)
  const args = ['--import', 'tsx', entry, file, ...numbers, out]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  // The search logs a line of its own before.
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as SearchReply
}

interface FaissReply {
  seconds: number
  version: string
  libraries: string[]
  kernel: string
}

function runFaiss(python: string, args: string[], kernel: string): Promise<FaissReply | null> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      OPENBLAS_VERBOSE: '2',
      ...(kernel ? { OPENBLAS_CORETYPE: kernel } : {}),
    }
    const child = spawn(python, ['-c', SCRIPT, ...args], { env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', () => resolve(null))
    child.on('close', (code) => {
      // Where OpenBLAS does not know the processor it says so before its core.
      const line = stdout.trim().split('\n').at(-1) ?? ''
      if (code !== 0 || !line.startsWith('{')) return resolve(null)
      const reply = JSON.parse(line) as Omit<FaissReply, 'kernel'>
      const core = /Core: (\w+)/.exec(stdout + stderr)?.[1] ?? 'kernel not named'
      resolve({ ...reply, kernel: core })
    })
  })
}

async function fastestFaiss(args: string[]): Promise<FaissReply | null> {
  let best: FaissReply | null = null
  for (const python of PYTHONS) {
    for (const kernel of KERNELS) {
      const reply = await runFaiss(python, args, kernel)
      if (!reply) break
      if (!best || reply.seconds < best.seconds) best = reply
    }
    if (best) return best
  }
  return null
}

/**
 * Times the exact neighbour search against the floating-point peak of this machine and against faiss IndexFlatL2, k = 2,
 * on the same random unit vectors.
 */
export async function benchMndFaiss(n = 52_002, d = 384): Promise<FaissBench> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  try {
    const rows = unitVectors(n, d)
    const file = path.join(folder, 'vectors.f32')
    const out = path.join(folder, 'distances.f32')
    await fs.writeFile(file, new Uint8Array(rows.buffer))
    const own = path.join(folder, 'distances.f64')
    const before = await floatingPointPeak()
    const found = await runSearch([file, n, d], RUNS, own)
    // Caches and clock may be shared with other programs; the better one is the machine's.
    const peak = Math.max(before, await floatingPointPeak())
    const operations = tileCount(n) * 2 * TILE * TILE * d
    const distance = new Float64Array(new Uint8Array(await fs.readFile(own)).buffer)
    const faiss = await fastestFaiss([file, String(n), String(d), out])
    // Faiss has some minutes for its best time, so the search has a moment before and one after them.
    const again = faiss ? await runSearch([file, n, d], RUNS, own) : found
    const fastSeconds = Math.min(found.seconds, again.seconds)
    const cpuSeconds = Math.min(found.cpuSeconds, again.cpuSeconds)
    let maxDifference: number | null = null
    if (faiss) {
      const bytes = new Uint8Array(await fs.readFile(out))
      const theirs = new Float32Array(bytes.buffer)
      maxDifference = theirs.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (distance[i] as number))),
        0,
      )
    }
    return {
      n,
      d,
      fastSeconds,
      peak,
      peakShare: operations / cpuSeconds / peak,
      faissSeconds: faiss?.seconds ?? null,
      ratio: faiss ? fastSeconds / faiss.seconds : null,
      faissKernel: faiss
        ? `faiss ${faiss.version}, ${faiss.libraries.map((name) => path.basename(name)).join(' ') || 'BLAS not found'}, ${faiss.kernel}`
        : 'not installed (Debian: python3-faiss libopenblas0-pthread)',
      maxDifference,
      rssMb: Math.max(found.rssMb, again.rssMb),
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
