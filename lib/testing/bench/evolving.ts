import { setTimeout as sleep } from 'node:timers/promises'
import { planSchema } from '@/lib/contracts/experiment'
import { spawnWorker, stopWorker } from '@/lib/testing/chaos/run'
import { getExperiment, startExperiment } from '@/lib/services/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { addStub, processorSeconds, startStub, type Stub } from './scoring-setup'

// Enough for ten seconds at the aim, so that starting up does not count much.
const REQUESTS = 3_000
// As long as the requests of a job of some seconds take at a server that is busy.
const SIDE_REQUESTS = 800
const SIDE_DELAY_MS = 100
const POLL_MS = 100
let evolvers = 0

/** What evolving costs the client when the servers cost nothing, and what two jobs on two servers cost one another. */
export interface EvolvingBench {
  requestsPerSecond: number
  /** Processor time a request, in milliseconds: what a busy machine changes little. */
  clientMs: number
  serverMs: number
  /** Time of two jobs on two servers over that of the slower one alone. */
  sideBySide: number
}

/** Evolves all seeds by one evolver on each of these backends, in a real worker, and returns how long the stages took. */
async function evolve(study: TestStudy, name: string, backends: readonly string[]) {
  const { id, stages } = startExperiment(
    study,
    study.studyId,
    planSchema.parse({
      name,
      scenario: { kind: 'evol-instruct', rounds: 1 },
      arms: backends.map((backend) => ({
        key: `${name}-${backend}`,
        label: `${name} ${backend}`,
        backend,
        // Other numbers of chance, or the replies would come from the cache.
        decoding: { maxTokens: 256, seed: (evolvers += 1) * REQUESTS },
      })),
    }),
  )
  const wanted = stages.length
  const worker = spawnWorker(study)
  let before: number | null = null
  let clientSeconds = 0
  try {
    for (;;) {
      const { stages: now } = getExperiment(study.db, study.studyId, id)
      const failed = now.find(({ state }) => state === 'failed' || state === 'paused')
      if (failed) throw new Error(`The stage is ${failed.state}: ${failed.why}`)
      const used = processorSeconds(worker)
      // Loading the program is not the client's work on requests.
      if (now.some(({ state }) => state === 'running')) before ??= used
      clientSeconds = used - (before ?? used)
      if (now.filter(({ state }) => state === 'done').length === wanted) {
        const jobs = now.flatMap(({ job }) => job ?? [])
        const from = Math.min(...jobs.map(({ startedAt }) => startedAt ?? 0))
        const to = Math.max(...jobs.map(({ finishedAt }) => finishedAt ?? 0))
        const made = now.reduce((sum, { counts }) => sum + counts.ok, 0)
        return { seconds: (to - from) / 1000, clientSeconds, made }
      }
      await sleep(POLL_MS)
    }
  } finally {
    await stopWorker(worker)
  }
}

async function withStubs<T>(
  rows: number,
  delays: readonly number[],
  work: (study: TestStudy, stubs: readonly Stub[]) => Promise<T>,
): Promise<T> {
  const study = testStudy(rows)
  const stubs = await Promise.all(delays.map(startStub))
  try {
    for (const [at, stub] of stubs.entries()) addStub(study, stub, `stub-${at}`)
    return await work(study, stubs)
  } finally {
    for (const { child } of stubs) child.kill()
    study.close()
  }
}

/** Returns the speed of evolving over HTTP into the database, servers in processes of their own. */
export async function benchEvolving(): Promise<EvolvingBench> {
  const speed = await withStubs(REQUESTS, [0], async (study, [stub]) => {
    const server = (stub as Stub).child
    const servedBefore = processorSeconds(server)
    const { seconds, clientSeconds, made } = await evolve(study, 'speed', ['stub-0'])
    if (made !== REQUESTS) throw new Error(`${made} of ${REQUESTS} replies came`)
    return {
      requestsPerSecond: REQUESTS / seconds,
      clientMs: (1000 * clientSeconds) / REQUESTS,
      serverMs: (1000 * (processorSeconds(server) - servedBefore)) / REQUESTS,
    }
  })
  const sideBySide = await withStubs(
    SIDE_REQUESTS,
    [SIDE_DELAY_MS, SIDE_DELAY_MS],
    async (study) => {
      const one = await evolve(study, 'one', ['stub-0'])
      const other = await evolve(study, 'other', ['stub-1'])
      const both = await evolve(study, 'both', ['stub-0', 'stub-1'])
      return both.seconds / Math.max(one.seconds, other.seconds)
    },
  )
  return { ...speed, sideBySide }
}
