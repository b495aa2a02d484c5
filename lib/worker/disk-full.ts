import { AppError } from '@/lib/errors'

// SQLite says SHMSIZE when its shared index cannot grow.
const FULL = /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/
// An error is wrapped a few times at most; the limit also stops cycles.
const DEPTH = 5

/** Returns whether an error, or what caused it, says that there is no room left to write. */
export function isDiskFull(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < DEPTH && current instanceof Error; depth += 1) {
    const { code } = current as { code?: unknown }
    if (!(current instanceof AppError) && typeof code === 'string' && FULL.test(code)) return true
    current = current.cause
  }
  return false
}

/** Returns the words for a job that paused because of it. */
export function diskFullMessage(folder: string): string {
  return `The disk is full: nothing more can be written to ${folder}. What was written before is whole. Free some space; the job then goes on by itself.`
}
