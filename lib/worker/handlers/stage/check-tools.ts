import type { CheckTools } from '@/lib/evolution'
import { checkTools } from '@/lib/services/sandbox'
import type { WorkerContext } from '@/lib/worker/types'

/** Returns what runs checking functions apart from this process; null while that is turned off. */
export function openCheckTools({ db }: Pick<WorkerContext, 'db'>): CheckTools | null {
  return checkTools(db)
}
