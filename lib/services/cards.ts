import type { Db } from '@/db/client'
import type { RunInfo } from '@/lib/contracts/study'
import { getMetric, listMetrics } from '@/lib/metrics'
import type { PromptUse } from '@/lib/metrics/types'
import { getRun } from './runs'

/** A run's provenance with what its hashes stand for: everything needed to repeat or to doubt a number. */
export interface RunCard {
  run: RunInfo
  /** Formula and source of the metric as this version has them. */
  metric: { id: string; label: string; formula: string; source: string; version: number } | null
  /** Texts of the prompts; only those whose hash is the one that the run used. */
  prompts: PromptUse[]
}

/** Returns the card of a run. A prompt that has changed since is left out, because its text would be another's. */
export function getRunCard(db: Db, runId: string): RunCard {
  const run = getRun(db, runId)
  const known = listMetrics().some((metric) => metric.id === run.metric)
  const metric = known ? getMetric(run.metric) : null
  const used = new Set(run.definition.prompts.map((prompt) => prompt.hash))
  const prompts =
    metric?.kind === 'measured' ? metric.prompts(metric.params.parse(run.definition.params)) : []
  return {
    run,
    metric: metric && {
      id: metric.id,
      label: metric.label,
      formula: metric.formula,
      source: metric.source,
      version: metric.version,
    },
    prompts: prompts.filter((prompt) => used.has(prompt.hash)),
  }
}
