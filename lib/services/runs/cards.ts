import type { Db } from '@/db/client'
import { BACKEND_KINDS } from '@/lib/backends'
import { knownByStatement, modelDifference } from '@/lib/backends/session/fingerprint'
import type { ModelIdentity } from '@/lib/backends/types'
import type { RunCard } from '@/lib/contracts/run-replies'
import type { RunInfo } from '@/lib/contracts/study'
import { getMetric } from '@/lib/metrics'
import type { Metric } from '@/lib/metrics/types'
import { promptNames } from '../prompts'
import { listBackendRows } from '../backends'
import { getRun } from '../runs'

/** Returns the metric of a run, or null when this version does not know it. */
function metricOf(id: string): Metric | null {
  try {
    return getMetric(id)
  } catch {
    return null
  }
}

function accuracyOf(metric: Metric | null, { definition }: RunInfo): RunCard['accuracy'] {
  if (metric?.kind !== 'measured' || !metric.needs.includes('promptLogprobs')) return null
  const model = definition.model as ModelIdentity | null
  // Not known before the worker has opened the backend.
  if (model?.kind === undefined) return null
  const kind = BACKEND_KINDS.find((one) => one.id === model.kind)
  return (
    kind?.scoringAccuracy?.(model) ?? {
      weights: model.dtype,
      error: 'not known: that of the server that scored',
    }
  )
}

function otherModelOf(db: Db, { definition, backendId }: RunInfo): string | null {
  const before = definition.model as ModelIdentity | null
  const backend = listBackendRows(db).find(({ id }) => id === backendId)
  const now = backend?.probe?.identity as ModelIdentity | undefined
  if (before?.kind === undefined || !backend || !now || backend.probe?.failed) return null
  const difference = (model: ModelIdentity) =>
    modelDifference(knownByStatement(model), knownByStatement(now))
  // A newer runtime says less than another model.
  const why = difference({ ...before, server: now.server }) ?? difference(before)
  return why && `${backend.label} has another model now: ${why}`
}

/** Returns the card of a run. A prompt that has changed since is left out, because its text would be another's. */
export function getRunCard(db: Db, runId: string): RunCard {
  const run = getRun(db, runId)
  const metric = metricOf(run.metric)
  const nameOf = promptNames(db)
  const used = new Set(run.definition.prompts.map((prompt) => prompt.hash))
  const prompts =
    metric?.kind === 'measured' ? metric.prompts(metric.params.parse(run.definition.params)) : []
  return {
    run,
    accuracy: accuracyOf(metric, run),
    otherModel: otherModelOf(db, run),
    metric: metric && {
      id: metric.id,
      label: metric.label,
      formula: metric.formula,
      source: metric.source,
      version: metric.version,
    },
    prompts: prompts
      .filter((prompt) => used.has(prompt.hash))
      .map((prompt) => ({ ...prompt, name: nameOf(prompt.hash) })),
  }
}
