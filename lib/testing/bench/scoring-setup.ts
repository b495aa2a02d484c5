import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { backends } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { spawnWorker } from '@/lib/testing/chaos/run'
import { getJob } from '@/lib/queue/queue'
import type { TestStudy } from '@/lib/testing/job-study'
import { startRuns } from '@/lib/services/runs/compute'
import { benchTokenizerJson } from './scoring-words'

const STUB_ID = 'stub'
// Often enough to see a job of seconds, rare enough to cost it nothing.
const POLL_MS = 100
// Ticks a second in /proc; 100 on every Linux of today.
const CLOCK_TICKS = 100

/** A stub server in a process of its own. */
export interface Stub {
  child: ChildProcess
  baseUrl: string
}

/** Starts the stub server and returns its address. Its chat replies come after so many milliseconds. */
export async function startStub(chatDelayMs = 0): Promise<Stub> {
  const script = ['lib/testing/bench/scoring-stub.ts', String(chatDelayMs)]
  const child = spawn(process.execPath, ['--import', 'tsx', ...script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, baseUrl: `http://127.0.0.1:${Number(line)}` }
  }
  throw new Error('The stub server ended before it listened.')
}

/** Adds the stub to a study's backends, under this id. */
export function addStub(study: TestStudy, stub: Stub, id = STUB_ID): void {
  const tokenizerFile = path.join(study.config.dataDir, 'tokenizer.json')
  fs.writeFileSync(tokenizerFile, benchTokenizerJson())
  study.db
    .insert(backends)
    .values({
      id,
      kind: 'vllm',
      label: `Stub ${id}`,
      config: { baseUrl: stub.baseUrl, model: 'stub', revision: '1', tokenizerFile },
      createdAt: 1,
    })
    .run()
}

/** Queues the losses of all rows of a study on the stub; returns the job. */
export function queueScoring(study: TestStudy): Job {
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'loss' }],
    backends: { loss: STUB_ID },
  })
  const job = startRuns(study, study.studyId, request).jobs[0]
  if (!job) throw new Error('Nothing was queued.')
  return job
}

/** Returns the processor seconds that a process has used; 0 where the system has no /proc. */
export function processorSeconds({ pid }: ChildProcess): number {
  try {
    // The name in brackets may hold blanks; user and system time are the 12th and 13th field behind it.
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
  } catch {
    return 0
  }
}

/** Starts a real worker on the study and calls `each` until the job has ended; returns the job as it ended. */
export async function runWorker(
  study: TestStudy,
  jobId: string,
  each: (job: Job, worker: ChildProcess) => void = () => undefined,
): Promise<Job> {
  const worker = spawnWorker(study)
  try {
    let job = getJob(study.db, jobId)
    while (['queued', 'running'].includes(job.state)) {
      if (worker.exitCode !== null) throw new Error(`The worker ended (${worker.exitCode}).`)
      await sleep(POLL_MS)
      job = getJob(study.db, jobId)
      each(job, worker)
    }
    if (job.state !== 'succeeded') throw new Error(`The job ended as ${job.state}: ${job.error}`)
    return job
  } finally {
    worker.kill('SIGTERM')
    await new Promise<void>((resolve) => {
      if (worker.exitCode !== null || worker.signalCode !== null) resolve()
      else worker.once('exit', () => resolve())
    })
  }
}
