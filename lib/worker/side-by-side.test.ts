import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { backends } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { startRuns } from '@/lib/services/runs/compute'
import { spawnWorker, stopWorker } from '@/lib/testing/chaos/run'
import { FaultyServer } from '@/lib/testing/faults/kit'
import { getJob } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

// Long beside what two jobs cost the worker itself, so that the wait for the servers decides.
const DELAY_MS = 400
const ROWS = 20
// Start of a session and first answers, on a busy machine.
const SLACK_MS = 1_000

let study: TestStudy
let worker: ChildProcess | undefined
const servers: FaultyServer[] = []

afterEach(async () => {
  if (worker) await stopWorker(worker)
  for (const server of servers.splice(0)) await server.stop()
  study.close()
})

/** A server that thinks about everything for a while, as a backend that takes one request at a time. */
async function slowBackend(id: string): Promise<void> {
  const server = new FaultyServer()
  await server.start()
  servers.push(server)
  server.breakWith(({ well }) => setTimeout(well, DELAY_MS))
  const config = { baseUrl: server.url, model: 'NAME', revision: id, concurrency: 1 }
  study.db.insert(backends).values({ id, kind: 'vllm', label: id, config, createdAt: 2 }).run()
}

function start(metric: string, backend: string): string {
  const request = computeRequestSchema.parse({
    metrics: [{ metric }],
    backends: { [metric]: backend },
    cellIds: [study.seedCell],
  })
  return startRuns(study, study.studyId, request).jobs[0]?.id ?? ''
}

interface Times {
  start: number
  end: number
}

function timesOf({ startedAt, finishedAt }: Job): Times {
  return { start: startedAt ?? Number.NaN, end: finishedAt ?? Number.NaN }
}

it('jobs on two slow servers take the time of the slower one, and those on one take turns', async () => {
  study = testStudy(ROWS)
  study.db.update(backends).set({ builtIn: false }).run()
  await slowBackend('one')
  await slowBackend('two')
  // Scores of given text go before replies, whichever was asked for first.
  const ids = [
    start('loss', 'one'),
    start('difficulty_score', 'one'),
    start('difficulty_level', 'two'),
  ]
  worker = spawnWorker(study)
  const jobs = () => ids.map((id) => getJob(study.db, id))
  const limit = Date.now() + 90_000
  while (jobs().some(({ state }) => state !== 'succeeded') && Date.now() < limit) await sleep(50)
  expect(jobs().map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  const [first, second, other] = jobs().map(timesOf)
  const length = (one: Times | undefined) => (one ? one.end - one.start : Number.NaN)
  const starts = [first, second, other].map((one) => one?.start ?? Number.NaN)
  const ends = [first, second, other].map((one) => one?.end ?? Number.NaN)
  const together = Math.max(...ends) - Math.min(...starts)
  const slower = Math.max(length(first) + length(second), length(other))
  // Long enough that the bar means something: all one after the other would take much longer.
  expect(length(other)).toBeGreaterThan(0.4 * slower)
  expect(length(other)).toBeGreaterThan(4_000)
  expect(together).toBeLessThan(1.15 * slower + SLACK_MS)
  expect(second?.start).toBeGreaterThanOrEqual(first?.end ?? Number.NaN)
}, 120_000)
