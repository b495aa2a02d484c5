import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { startRuns } from '@/lib/services/runs/compute'
import { workerState } from '@/lib/services/system'
import { chaosRun, spawnWorker, stopWorker } from '@/lib/testing/chaos/run'
import { acquireWorkerLock } from './lock'
import { getJob, requestPause } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

let study: TestStudy | undefined

afterEach(() => {
  study?.close()
  study = undefined
})

async function until(condition: () => boolean, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!condition() && Date.now() < end) await sleep(20)
  expect(condition()).toBe(true)
}

describe('the worker process', () => {
  it('stores after kill -9 at random moments what it stores without', async () => {
    const options = {
      rows: 100,
      latencyMs: 5,
      seed: 11,
      metrics: ['difficulty_score', 'mnd'],
      limitMs: 60_000,
    }
    const disturbed = await chaosRun({ ...options, kills: 2 })
    const calm = await chaosRun({ ...options, latencyMs: 0, kills: 0 })
    expect(disturbed.states).toEqual(['succeeded', 'succeeded'])
    expect(disturbed.columns).toEqual(calm.columns)
    expect(disturbed.counts).toEqual(calm.counts)
  }, 120_000)

  it('has its folder for itself until it gives its jobs back, while others wait to take over, and ends with its parent', async () => {
    const here = testStudy(200, { latencyMs: 20, concurrency: 1 })
    study = here
    const { db } = here
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'difficulty_score' }],
      backends: { difficulty_score: 'fake' },
    })
    const id = startRuns(here, here.studyId, request).jobs[0]?.id ?? ''
    const first = spawnWorker(here)
    await until(() => getJob(db, id).state === 'running')
    expect(workerState(here)).toMatchObject({ alive: true, pid: first.pid })
    expect(acquireWorkerLock(here.config.dataDir)).toBeNull()
    // Others wait: one ends with its parent meanwhile, one takes over.
    const second = spawnWorker(here)
    const third = spawnWorker(here, { EVOLENS_NICE: '12' })
    await sleep(3_000)
    expect([second.exitCode, third.exitCode]).toEqual([null, null])
    second.stdin?.end()
    await until(() => second.exitCode !== null)
    expect(workerState(here)).toMatchObject({ alive: true, pid: first.pid })
    await stopWorker(first)
    expect(first.exitCode).toBe(0)
    expect(getJob(db, id).attempts).toBe(0)

    await until(() => workerState(here).pid === third.pid && getJob(db, id).state === 'running')
    expect(os.getPriority(third.pid)).toBe(12)
    requestPause(db, id)
    await until(() => getJob(db, id).state === 'paused')
    third.stdin?.end()
    await until(() => third.exitCode !== null)
    expect(workerState(here).alive).toBe(false)
    const lock = acquireWorkerLock(here.config.dataDir)
    expect(lock).not.toBeNull()
    lock?.release()
  }, 90_000)
})
