import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@/lib/errors'
import { logToParent, serve } from './serve'

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
  die: () => process.kill(process.pid, 'SIGKILL'),
})
