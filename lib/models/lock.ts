import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, throwIfAborted } from '@/lib/errors'
import { isAlive } from '@/lib/process-alive'

// The holder touches the lock this often; four missed beats mean that it is gone.
const BEAT_MS = 5_000
const STALE_MS = 20_000
const POLL_MS = 250

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const [text, info] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    const [host, pid] = text.trim().split(' ')
    const sameHost = host === hostname() && Number.isInteger(Number(pid))
    if (sameHost && !isAlive(Number(pid))) return true
    return Date.now() - info.mtimeMs > STALE_MS
  } catch {
    return false
  }
}

/**
 * Runs a piece of work while holding a lock file, so that two processes never write the same model at once. Waits for
 * the holder, takes over a lock whose process is gone, and throws `cancelled` on abort.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    throwIfAborted(signal)
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(`${hostname()} ${process.pid}`)
      await handle.close()
      break
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST') {
        throw new AppError('internal', `Cannot write to the cache folder (${code ?? 'unknown'}).`, {
          cause: error,
        })
      }
      if (await isAbandoned(file)) await rm(file, { force: true })
      else await sleep(POLL_MS)
    }
  }
  const beat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(() => undefined)
  }, BEAT_MS)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await rm(file, { force: true })
  }
}
