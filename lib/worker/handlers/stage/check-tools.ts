import type { CheckTools } from '@/lib/evolution'
import type { WorkerContext } from '@/lib/worker/types'

/** Returns what runs checking functions apart from this process; null while that is turned off. */
export function openCheckTools(_context: WorkerContext): CheckTools | null {
  return null
}
