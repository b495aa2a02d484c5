import { createHash } from 'node:crypto'
import type { ModelIdentity } from '@/lib/backends/types'
import { emptyMeter } from '@/lib/contracts/meter'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { RunDefinition, RunRecord } from '@/lib/contracts/run'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { promptCard } from '@/lib/prompts/prompt'
import packageJson from '@/package.json'

/** Version of this program, for the records of runs. */
export const APP_VERSION: string = packageJson.version

/** Stands in the definition until the worker has opened the backend and knows the model. */
export interface PendingModel {
  pending: string
}

/** Returns the pending backend's id, or null when the model is settled. */
export function pendingBackend(definition: RunDefinition): string | null {
  const pending = definition.model?.pending
  return typeof pending === 'string' ? pending : null
}

/** Returns the hash that decides whether two runs, or two response sets, are of one definition: SHA-256 of its canonical JSON. */
export function definitionHash(definition: RunDefinition | Record<string, unknown>): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex')
}

/** Returns the hashed half of a run's card. */
export function buildDefinition(
  metric: MeasuredMetric,
  params: unknown,
  model: ModelIdentity | PendingModel | null,
): RunDefinition {
  return {
    metric: metric.id,
    metricVersion: metric.version,
    params: params as Record<string, unknown>,
    model: model as Record<string, unknown> | null,
    prompts: metric.prompts(params).map(promptCard),
  }
}

/** Returns the record of a run that has not begun. */
export function emptyRecord(backendLabel: string | null): RunRecord {
  return {
    backendLabel,
    fingerprint: null,
    startedAt: null,
    finishedAt: null,
    rows: 0,
    valued: 0,
    reasons: {},
    ...emptyMeter(),
    activeMs: 0,
    notes: {},
    appVersion: APP_VERSION,
  }
}
