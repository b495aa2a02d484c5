import fs from 'node:fs'
import process from 'node:process'

/** Returns the largest working set that a process has had, in MB. */
export function peakMb(pid: number | 'self' = 'self'): number {
  // Only Linux says it in /proc; elsewhere the size of now must do.
  const file = `/proc/${pid}/status`
  const status = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.memoryUsage().rss / 1024) / 1024
}
