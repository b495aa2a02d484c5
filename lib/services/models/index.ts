import { MODELS, type ModelManifest } from '@/lib/models/manifest'
import { modelStatus } from '@/lib/models/status'
import type { ModelInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { lastJob, openJobs } from '@/lib/queue/lookups'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'

const ACTIVE = ['queued', 'running', 'paused'] as const

/** Returns a size that is known before fetching; files of unknown size count as 0. */
function knownSize(manifest: ModelManifest): number {
  return manifest.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
}

async function describe(
  { db, config }: ServiceContext,
  manifest: ModelManifest,
): Promise<ModelInfo> {
  const status = await modelStatus(manifest.id, config)
  const last = lastJob(db, 'fetch-model', { modelId: manifest.id })
  const fetching = last !== null && ACTIVE.some((state) => state === last.state)
  const ready = status.state === 'ready'
  const reasons = ready
    ? []
    : [status.detail, ...(last?.state === 'failed' && last.error ? [last.error] : [])]
  return {
    id: manifest.id,
    label: manifest.label,
    licence: manifest.licence,
    purpose: manifest.description,
    sizeBytes: knownSize(manifest),
    state: ready
      ? 'ready'
      : fetching
        ? 'fetching'
        : last?.state === 'failed'
          ? 'failed'
          : 'missing',
    path: status.path,
    reasons,
    remedy: ready ? null : status.remedy,
  }
}

/** Returns every model that the application can fetch, and whether it is here. */
export function listModels(context: ServiceContext): Promise<ModelInfo[]> {
  return Promise.all(MODELS.map((manifest) => describe(context, manifest)))
}

/** Queues the fetching of a model, or returns the job that does it already. */
export function requestModel({ db }: ServiceContext, id: string): Job {
  const manifest = MODELS.find((model) => model.id === id)
  if (!manifest) throw new AppError('not_found', `There is no model "${id}".`)
  return (
    openJobs(db, 'fetch-model', { modelId: id }).at(-1) ??
    enqueue(db, {
      kind: 'fetch-model',
      payload: { modelId: id },
      names: { model: manifest.label },
      progress: { unit: 'bytes', total: knownSize(manifest) },
    })
  )
}
