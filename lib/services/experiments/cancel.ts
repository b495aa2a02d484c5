import type { Db } from '@/db/client'
import { requestCancel } from '@/lib/queue/queue'
import { jobOf } from './advance'
import type { ExperimentRow, PlacedStage } from './records'

const OPEN = new Set(['queued', 'running', 'paused'])

/** Asks for the cancel of every job that works, or waits to work, on one of these stages. */
export function cancelStages(
  db: Db,
  experiment: ExperimentRow,
  placed: readonly PlacedStage[],
): void {
  for (const one of placed) {
    const job = jobOf(db, experiment, one)
    if (job && OPEN.has(job.state)) requestCancel(db, job.id)
  }
}
