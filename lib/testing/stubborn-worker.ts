import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { defineJob } from '@/lib/worker/types'
import { runWorkerProcess } from '@/lib/worker/process'

// A worker for tests whose jobs do what no handler should: what it does to them is the real thing.
const payload = z.object({ ms: z.number().default(0), backend: z.string().default('') })

function fillLoop(ms: number): void {
  for (const end = Date.now() + ms; Date.now() < end;);
}

const FOR_EVER = 3_600_000

await runWorkerProcess([
  ...JOB_KINDS,
  defineJob(
    { kind: 'deaf', payload },
    {
      run: async () => {
        await sleep(FOR_EVER)
      },
    },
  ),
  defineJob({ kind: 'loop', payload }, { run: async () => fillLoop(FOR_EVER) }),
  defineJob(
    { kind: 'locked', payload },
    {
      run: async ({ commit }) => {
        // Long enough for a cancel to be written before the database is locked.
        fillLoop(4_000)
        commit(() => fillLoop(FOR_EVER))
      },
    },
  ),
  defineJob({ kind: 'block', payload }, { run: async (_context, { ms }) => fillLoop(ms) }),
  defineJob(
    { kind: 'calm', payload },
    {
      backends: (_around, { backend }) => [backend],
      run: async ({ signal }, { ms }) => {
        await sleep(ms, undefined, { signal })
      },
    },
  ),
  defineJob(
    { kind: 'crash', payload },
    {
      backends: (_around, { backend }) => [backend],
      run: async (_context, { ms }) => {
        await sleep(ms)
        process.kill(process.pid, 'SIGKILL')
        await sleep(FOR_EVER)
      },
    },
  ),
])
