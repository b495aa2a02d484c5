import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'
import { claim } from '@/lib/queue/leases'
import { BackendPool, type PoolOptions } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { runJob, type StopReason } from '@/lib/worker/run-job'

const OWNER = 'test-worker'

/**
 * Runs waiting jobs one after the other in this process, as the worker would; `stopWhen` is asked every few milliseconds,
 * and the job that is under way ends with the reason it returns.
 */
export async function runJobs(
  { db, config }: { db: Db; config: Config },
  stopWhen: () => StopReason | null = () => null,
  poolOptions: PoolOptions = {},
): Promise<void> {
  const pool = new BackendPool(db, config, poolOptions)
  const kinds = JOB_KINDS.map((kind) => kind.kind)
  for (let row = claim(db, OWNER, kinds); row; row = claim(db, OWNER, kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    const controller = new AbortController()
    const timer = setInterval(() => {
      const reason = stopWhen()
      if (reason) controller.abort(reason)
    }, 2)
    await runJob({ db, config, pool, owner: OWNER }, kind, row, controller.signal)
    clearInterval(timer)
    if (controller.signal.aborted) break
  }
  await pool.closeAll()
}
