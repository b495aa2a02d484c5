import { BACKEND_KINDS, STAND_IN_KINDS } from '@/lib/backends'
import type { ModelDirs } from '@/lib/models/paths'
import type { Capability, CapabilityTable, ModelIdentity } from '@/lib/backends/types'
import type { Queryable } from '@/lib/queue/queue'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { filesReturned, getBackendRow, listBackendRows, type BackendRow } from '../backends'
import { currentIdentity } from '../backends/fingerprints'

/** The backend that a metric will use, or why it cannot run. */
export type Choice =
  | { backend: BackendRow; identity: ModelIdentity | null }
  | { backend: null; identity: null }
  | { blocked: string; backend: BackendRow | null }

const WORDS: Record<Capability, string> = {
  chat: 'chat',
  structured: 'replies that follow a schema',
  outputLogprobs: 'log-probabilities of generated tokens',
  promptLogprobs: 'log-probabilities of given text',
  embed: 'embeddings',
  tokenize: 'a tokenizer',
  reward: 'rewards',
}

/** The last probe of a backend; null when there was none, or it lacked files that are here now. */
function probeOf(row: BackendRow, dirs: ModelDirs): BackendRow['probe'] {
  return filesReturned(row, dirs) ? null : row.probe
}

/** Returns why a backend cannot serve these needs, or null when it can as far as is known. */
function lack(row: BackendRow, needs: readonly Capability[], dirs: ModelDirs): string | null {
  const kind = BACKEND_KINDS.find((entry) => entry.id === row.kind)
  if (!kind) return `${row.label} is of a kind that this version does not know.`
  const probed = probeOf(row, dirs)?.capabilities as CapabilityTable | undefined
  for (const need of needs) {
    const state = probed?.[need]
    if (state?.state === 'no' || (!state && !kind.capabilities.includes(need))) {
      return `${row.label} has no ${WORDS[need]}. ${state?.reason ?? 'Choose another backend.'}`
    }
  }
  return null
}

function chosen(db: Queryable, row: BackendRow, dirs: ModelDirs): Choice {
  const probe = probeOf(row, dirs)
  const stated = probe?.identity as ModelIdentity | undefined
  // What the choice says of the backend is what its parameters are settled by.
  const backend = { ...row, probe }
  return { backend, identity: stated ? currentIdentity(db, row.id, stated) : null }
}

/**
 * Returns the backend for a metric: the one asked for, else the first that can do everything the metric needs, built-in
 * ones first. Metrics without needs have none. `dirs` is where model files may have come back since the last probe.
 */
export function chooseBackend(
  db: Queryable,
  needs: readonly Capability[],
  wanted: string | undefined,
  dirs: ModelDirs,
): Choice {
  if (needs.length === 0) return { backend: null, identity: null }
  if (wanted !== undefined) {
    const row = getBackendRow(db, wanted)
    const reason = lack(row, needs, dirs)
    return reason === null ? chosen(db, row, dirs) : { blocked: reason, backend: row }
  }
  const rows = listBackendRows(db).filter((row) => row.builtIn || !STAND_IN_KINDS.has(row.kind))
  const found = rows.find((row) => lack(row, needs, dirs) === null)
  if (found) return chosen(db, found, dirs)
  // The reason of the backend whose kind could do it says most, for example which model file is missing.
  const near = rows.find((row) => {
    const kind = BACKEND_KINDS.find((entry) => entry.id === row.kind)
    return needs.every((need) => kind?.capabilities.includes(need))
  })
  const reason = near ? lack(near, needs, dirs) : null
  const words = needs.map((need) => WORDS[need]).join(', ')
  return {
    blocked: reason ?? `No backend offers ${words}. Add one on the Backends page.`,
    backend: near ?? null,
  }
}

/** Returns the parameters with what depends on the backend settled, as they go into the definition. */
export function settleParams(
  metric: MeasuredMetric,
  params: Record<string, unknown>,
  backend: BackendRow | null,
): Record<string, unknown> {
  const found = backend?.probe?.capabilities as Partial<CapabilityTable> | undefined
  const kind = BACKEND_KINDS.find((entry) => entry.id === backend?.kind)
  // Before a backend was tested it can do what its kind can, here as in the choice itself.
  const settled = metric.settle?.(params, (capability) =>
    found ? found[capability]?.state === 'yes' : (kind?.capabilities.includes(capability) ?? false),
  )
  return (settled as Record<string, unknown> | undefined) ?? params
}
