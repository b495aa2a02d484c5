import { hubResultSchema, type HubDataset, type HubRequest } from '@/lib/contracts/hub'
import type { Job } from '@/lib/contracts/job'
import { requireOnline } from '@/lib/models/hub-request'
import { newestJobs, openJobs } from '@/lib/queue/lookups'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { openUpload } from '../imports/uploads'
import { keyOf } from './fetch'
import { readTree, type Asker } from './tree'

/**
 * Returns the parts of a data set on the hub with their sizes; nothing of them is fetched. Throws what the hub refuses, with what to do about
 * it, and `capability_missing` where HF_HUB_OFFLINE is set.
 */
export async function describeDataset(
  name: string,
  revision: string,
  asker: Asker = {},
): Promise<HubDataset> {
  const { commit, parts, files } = await readTree(name, revision, asker)
  return {
    name,
    commit,
    parts: parts.map((part) => ({
      config: part.config,
      split: part.split,
      name: part.name,
      files: part.files.length,
      sizeBytes: part.files.reduce((sum, file) => sum + (files.get(file)?.sizeBytes ?? 0), 0),
      reason: part.reason,
    })),
  }
}

/** Downloads that are looked at for what was fetched and not imported; older ones than these are forgotten. */
const SHOWN_DOWNLOADS = 20

/** Returns the downloads that go on, and those whose uploads wait to be imported, the newest first. */
export async function listDownloads({ db, config }: ServiceContext): Promise<Job[]> {
  const found: Job[] = []
  for (const job of newestJobs(db, 'fetch-dataset', SHOWN_DOWNLOADS)) {
    if (['queued', 'running', 'paused'].includes(job.state)) found.push(job)
    if (job.state !== 'succeeded') continue
    const { uploads } = hubResultSchema.parse(job.result)
    const held = await Promise.allSettled(
      uploads.map(({ uploadId }) => openUpload(config, uploadId)),
    )
    if (held.every(({ status }) => status === 'fulfilled')) found.push(job)
  }
  return found
}

/** Queues the fetching of parts of a data set, or returns the job that does so already. */
export function requestDataset({ db }: Pick<ServiceContext, 'db'>, request: HubRequest): Job {
  requireOnline()
  const key = keyOf(request)
  return (
    openJobs(db, 'fetch-dataset', { key }).at(-1) ??
    enqueue(db, {
      kind: 'fetch-dataset',
      payload: { ...request, key },
      names: {},
      progress: { unit: 'bytes' },
    })
  )
}
