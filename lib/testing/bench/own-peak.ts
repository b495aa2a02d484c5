import fs from 'node:fs'
import process from 'node:process'

/** Returns the largest working set that this process has had, in MB. */
export function ownPeakMb(): number {
  // Only Linux says it in /proc; elsewhere the size of now must do.
  const status = fs.existsSync('/proc/self/status')
    ? fs.readFileSync('/proc/self/status', 'utf8')
    : ''
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.memoryUsage().rss / 1024) / 1024
}
