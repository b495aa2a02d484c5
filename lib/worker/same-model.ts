import { modelChanged } from '@/lib/backends/session/endpoint-pool'
import { definitionHash } from '@/lib/services/runs/definition'
import { pauseError } from './pause'
import type { MeteredSession } from './types'

/** Returns the hash of the model that a session serves; pauses the job where it began with another one. */
export function sameModel(session: MeteredSession, before: string | null): string {
  const { identity, fingerprint, label } = session
  // The stated identity counts as well: two servers may state two number formats of one model.
  const model = definitionHash({ model: identity, fingerprint })
  if (before === null || before === model) return model
  const why = `${label} states it otherwise, or answers otherwise.`
  throw pauseError('model_changed', modelChanged(identity.model, why))
}
