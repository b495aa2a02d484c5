import { canonicalJson } from '@/lib/contracts/canonical-json'
import { AppError } from '@/lib/errors'
import { required } from '@/lib/metrics/failures'
import { textOf, textRecipe } from '@/lib/metrics/neighbours/row-vectors'
import { JOBS } from '@/lib/queue/kinds'
import { getRunRow } from '@/lib/services/runs'
import { typedRow } from '@/lib/services/search/typed-text'
import { defineJob } from '@/lib/worker/types'

/** Embeds a typed text by the model that embedded the rows it is compared with; the vector stays in the cache of requests. */
export const embedTextJob = defineJob(JOBS['embed-text'], {
  lane: 'quick',
  backends: ({ db }, { runId }) => [getRunRow(db, runId).backendId].filter((id) => id !== null),
  async run(context, { runId, text }) {
    const { backendId, definition, record } = getRunRow(context.db, runId)
    if (backendId === null) {
      throw new AppError(
        'backend_unavailable',
        'The backend that embedded the rows was removed. Compute "Minimum neighbour distance" with another one, then look for the text again.',
      )
    }
    context.progress({ phase: 'Opening the backend' })
    const session = await context.openBackend(backendId)
    const now = [session.identity, session.fingerprint ?? null]
    if (canonicalJson(now) !== canonicalJson([definition.model, record.fingerprint ?? null])) {
      throw new AppError(
        'conflict',
        `${session.identity.model} on this backend is another model than the one that embedded the rows, so their vectors cannot be compared. Compute "Minimum neighbour distance" again, then look for the text again.`,
      )
    }
    const embedded = textOf(typedRow(text), textRecipe.parse(definition.params.textRecipe))
    await required(session.embed, 'mnd', 'embed')([embedded], context.signal)
    await session.confirm(context.signal)
    context.progress({ done: 1, phase: 'Embedded' })
  },
})
