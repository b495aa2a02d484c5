import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@/lib/errors'
import { fakeScores } from '@/lib/backends/dialects/fake/tokens'
import { logToParent, serve } from '@/lib/backends/child-process/serve'

/** The child of the host's tests: every way in which an engine can behave. */
serve({
  init(args: { crash: boolean; refuse: boolean }) {
    if (args.crash) process.kill(process.pid, 'SIGKILL')
    if (args.refuse) throw new AppError('invalid_input', 'This file is no model.')
    logToParent('started', { pid: process.pid })
    return { pid: process.pid }
  },
  echo: (args: unknown) => args,
  fail() {
    throw new AppError('data_error', 'One row is bad.')
  },
  async wait(_: unknown, signal: AbortSignal) {
    await sleep(60_000, undefined, { signal })
  },
  /** Scores like the fake model; dies of one token, or of every request. */
  async score({
    sequences,
    deadly,
    waitMs,
  }: {
    sequences: Int32Array[]
    deadly: number | 'all' | null
    waitMs: number
  }) {
    await sleep(waitMs)
    const dies = deadly === 'all' || sequences.some((ids) => ids.includes(deadly ?? -1))
    if (dies) process.kill(process.pid, 'SIGKILL')
    return sequences.map((ids) => fakeScores(ids, 1))
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
})
