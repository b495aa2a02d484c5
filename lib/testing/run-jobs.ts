import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'
import { claim } from '@/lib/queue/leases'
import { BackendPool, type PoolOptions } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { runJob, type StopReason } from '@/lib/worker/run-job'

const OWNER = 'test-worker'

/**
 * Runs waiting jobs one after the other in this process, as the worker would; `stopWhen` is asked after each transaction
 * (a short job may leave no other moment) and every few milliseconds, and the job that is under way ends with the reason
 * it returns.
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
    const ask = () => {
      const reason = controller.signal.aborted ? null : stopWhen()
      if (reason) controller.abort(reason)
    }
    const timer = setInterval(ask, 2)
    const { transaction } = db.$client
    db.$client.transaction = ((work) => {
      // Runs once the transaction is over: its work waits for nothing.
      queueMicrotask(ask)
      return transaction.call(db.$client, work)
    }) as typeof transaction
    await runJob({ db, config, pool, owner: OWNER }, kind, row, controller.signal).finally(() => {
      db.$client.transaction = transaction
      clearInterval(timer)
    })
    if (controller.signal.aborted) break
  }
  await pool.closeAll()
}
