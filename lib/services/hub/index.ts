import type { HubDataset, HubRequest } from '@/lib/contracts/hub'
import type { Job } from '@/lib/contracts/job'
import { requireOnline } from '@/lib/models/hub-request'
import { openJobs } from '@/lib/queue/lookups'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
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
