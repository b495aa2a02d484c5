import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backends } from '@/db/schema'
import { addBackend, getBackend } from '@/lib/services/backends'
import { workerState } from '@/lib/services/system'
import { ended, spawnWorker } from '@/lib/testing/chaos/run'
import { FaultyServer } from '@/lib/testing/faults/kit'
import { getJob, listEvents, requestCancel, requestPause } from '@/lib/queue/queue'
import { addRawJob } from '@/lib/testing/queued'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

let study: TestStudy
let supervised: { stop(): Promise<void>; readonly deaths: number; readonly child: ChildProcess }

/** Keeps a worker of stubborn jobs running, as the start script does. */
function supervise() {
  let stopping = false
  let deaths = 0
  const start = () => {
    const child = spawnWorker(study, {}, 'lib/testing/stubborn-worker.ts')
    child.once('exit', () => {
      if (stopping) return
      deaths += 1
      current = start()
    })
    return child
  }
  let current = start()
  return {
    get deaths() {
      return deaths
    },
    get child() {
      return current
    },
    async stop() {
      stopping = true
      // A blocked worker does not hear SIGTERM.
      current.kill('SIGKILL')
      await ended(current)
    },
  }
}

beforeEach(() => {
  study = testStudy(1)
  // Only what the test queues: no probes, no tidying.
  study.db.update(backends).set({ builtIn: false }).run()
  addRawJob(study.db, { kind: 'purge' })
  study.db.$client.exec("update jobs set state = 'succeeded'")
  supervised = supervise()
})
afterEach(async () => {
  await supervised.stop()
  study.close()
})

// A busy machine takes this long to start a worker.
async function until(condition: () => boolean, limitMs = 90_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!condition() && Date.now() < end) await sleep(20)
  expect(condition()).toBe(true)
}

function add(kind: string, payload: Record<string, unknown> = {}): string {
  return addRawJob(study.db, { kind, payload }).id
}

const stateOf = (id: string) => getJob(study.db, id).state

describe('a job that does not stop when asked to', () => {
  it.each(['loop', 'locked'])(
    'is cancelled within seconds and never taken up again: %s',
    async (kind) => {
      const other = add('calm', { ms: 3_600_000, backend: 'fake' })
      const id = add(kind)
      await until(() => stateOf(id) === 'running')
      // So that the handler is where it stays.
      await sleep(500)
      const asked = Date.now()
      requestCancel(study.db, id)
      await until(() => stateOf(id) === 'cancelled')
      const seconds = (Date.now() - asked) / 1000
      expect(seconds).toBeLessThan(30)
      await until(() => supervised.deaths === 1)
      // The job beside it goes on in the next worker, where the stubborn one does not come back.
      await until(() => stateOf(other) === 'running')
      await sleep(500)
      expect(stateOf(id)).toBe('cancelled')
      expect(getJob(study.db, id).request).toBeNull()
      expect(supervised.deaths).toBe(1)
    },
    240_000,
  )

  it('is paused when that was asked, and the job beside it pays nothing', async () => {
    const other = add('calm', { ms: 3_600_000, backend: 'fake' })
    const id = add('deaf')
    await until(() => stateOf(id) === 'running' && stateOf(other) === 'running')
    requestPause(study.db, id)
    await until(() => stateOf(id) === 'paused')
    await until(() => supervised.deaths === 1 && stateOf(other) === 'running')
    expect(getJob(study.db, other)).toMatchObject({ attempts: 1, progress: { crashes: null } })
    expect(listEvents(study.db, id).at(-1)?.message).toContain('did not stop when asked to')
  }, 240_000)
})

describe('a worker that is told to stop', () => {
  it('gives back a job that does not hear of it, at no cost to the job', async () => {
    const id = add('deaf')
    await until(() => stateOf(id) === 'running')
    await sleep(500)
    supervised.child.kill('SIGTERM')
    const begun = () =>
      listEvents(study.db, id).filter(({ message }) => /^(Started|Went on)/.test(message))
    await until(() => begun().length === 2)
    expect(supervised.deaths).toBe(1)
    expect(getJob(study.db, id)).toMatchObject({ attempts: 1, progress: { crashes: null } })
  }, 240_000)
})

describe('a job that kills its worker', () => {
  it('is given up the second time it gets no further, across restarts, and the others go on', async () => {
    const other = add('calm', { ms: 3_000, backend: 'fake' })
    const id = add('crash', { ms: 300, backend: 'embedded' })
    await until(() => stateOf(id) === 'failed')
    // Counted by the third worker, when it starts.
    expect(supervised.deaths).toBe(2)
    const { error, errorCode, retryable } = getJob(study.db, id)
    expect(error).toContain('stopped unexpectedly 2 times')
    expect({ errorCode, retryable }).toEqual({ errorCode: 'internal', retryable: true })
    await until(() => stateOf(other) === 'succeeded')
    expect(supervised.deaths).toBe(2)
  }, 240_000)
})

describe('a worker at work', () => {
  it('is not called dead while a handler fills its event loop', async () => {
    const id = add('block', { ms: 7_000 })
    await until(() => stateOf(id) === 'running')
    await sleep(500)
    const before = workerState(study).heartbeatAt ?? 0
    await sleep(4_500)
    expect(stateOf(id)).toBe('running')
    const { alive, heartbeatAt } = workerState(study)
    expect(alive).toBe(true)
    expect(heartbeatAt).toBeGreaterThan(before + 1_000)
    await until(() => stateOf(id) === 'succeeded')
    expect(supervised.deaths).toBe(0)
  }, 120_000)
})

describe('a backend whose files are devices', () => {
  /** Most memory that a process ever had, in MB. */
  function peakOf(child: ChildProcess): number {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  }

  it.skipIf(process.platform !== 'linux')(
    'is refused at once, and the worker stays small',
    async () => {
      const server = new FaultyServer()
      await server.start()
      await until(() => workerState(study).alive)
      for (const field of ['caFile', 'tokenizerFile']) {
        const config = { baseUrl: server.url, model: 'NAME', revision: '1', [field]: '/dev/zero' }
        const { backend, job } = addBackend(study.db, { kind: 'vllm', label: field, config })
        await until(() => !['queued', 'running'].includes(stateOf(job.id)))
        const found = [getJob(study.db, job.id).error, getBackend(study.db, backend.id).probe]
        expect(JSON.stringify(found)).toContain('zero cannot be used: it is a device')
      }
      expect(peakOf(supervised.child)).toBeLessThan(600)
      expect(supervised.deaths).toBe(0)
      await server.stop()
    },
    120_000,
  )
})
