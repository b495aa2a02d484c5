import { eq } from 'drizzle-orm'
import { experiments } from '@/db/schema'
import { modelChanged } from '@/lib/backends/session/endpoint-pool'
import { experimentRow, type ExperimentRow } from '@/lib/services/experiments/records'
import { definitionHash } from '@/lib/services/runs/definition'
import { pauseError } from '@/lib/worker/pause'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'

/** Returns an open backend that serves the model with which the experiment began there; pauses the job when it is another one. */
export async function openSame(
  context: WorkerContext,
  { id }: ExperimentRow,
  backendId: string,
): Promise<MeteredSession> {
  const session = await context.openBackend(backendId)
  // The stated identity counts as well: two servers may state two number formats of one model.
  const model = definitionHash({ model: session.identity, fingerprint: session.fingerprint })
  context.commit(() => {
    // Stages of other arms write theirs meanwhile.
    const { no, models } = experimentRow(context.db, id)
    const before = models[backendId]
    if (before === undefined) {
      context.db
        .update(experiments)
        .set({ models: { ...models, [backendId]: model } })
        .where(eq(experiments.no, no))
        .run()
    } else if (before !== model) {
      const why = `${session.label} states it otherwise, or answers otherwise.`
      throw pauseError('model_changed', modelChanged(session.identity.model, why))
    }
  })
  return session
}
