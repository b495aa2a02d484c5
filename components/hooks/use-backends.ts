import type { z } from 'zod'
import {
  addBackendEndpoint,
  backendHistoryEndpoint,
  backendKindsEndpoint,
  deleteBackendEndpoint,
  detectBackendEndpoint,
  duplicateBackendEndpoint,
  listBackendsEndpoint,
  probeBackendEndpoint,
  restoreBackendEndpoint,
  updateBackendEndpoint,
} from '@/lib/api/backends'
import { getJobEndpoint } from '@/lib/api/jobs'
import { fetchModelEndpoint, listModelsEndpoint } from '@/lib/api/models'
import { detectionSchema, type backendInputSchema } from '@/lib/contracts/backends'
import { call } from './api'
import { useAsk } from './use-ask'
import { backendKeys, jobKeys } from './keys'
import { useChange, useChangeOf, useSend } from './use-change'
import { isActive } from './use-jobs'

// A fetch takes seconds to minutes; this shows its end promptly without a busy loop.
const CHANGING_REFETCH_MS = 2_000
// Steps of a probe come several a second; a table that fills twice a second can be followed.
const PROBING_REFETCH_MS = 500
// Somebody waits in front of a form for an answer that takes a few hundred milliseconds.
const DETECTING_REFETCH_MS = 250

/** Polls while a probe waits or runs, `live` also before the first answer shows one. */
export function useBackends(live = false) {
  return useAsk(listBackendsEndpoint, {}, backendKeys.list, {
    refetchInterval: (query) =>
      live || query.state.data?.some((backend) => backend.probing !== null)
        ? PROBING_REFETCH_MS
        : false,
  })
}

/** Kinds of backends with their settings, and whether keys can be stored. */
export function useConnectInfo() {
  return useAsk(backendKindsEndpoint, {}, backendKeys.connect, {
    staleTime: Infinity,
  })
}

/** Models found behind a backend and its latest probes; `probedAt` makes a new probe read it afresh. */
export function useBackendHistory(id: string, probedAt: number | null, enabled: boolean) {
  return useAsk(
    backendHistoryEndpoint,
    { params: { backendId: id } },
    backendKeys.history(id, probedAt),
    { enabled },
  )
}

/** Starts a look at an address; the answer comes through `useDetection`. */
export function useDetect() {
  return useSend(detectBackendEndpoint, {})
}

/** The look's job, polled to its end. */
export function useDetection(jobId: string | null) {
  return useAsk(getJobEndpoint, { params: { jobId: jobId ?? '' } }, jobKeys.one(jobId ?? ''), {
    enabled: jobId !== null,
    refetchInterval: (query) =>
      query.state.data && !isActive(query.state.data.job) ? false : DETECTING_REFETCH_MS,
    select: ({ job }) => ({
      job,
      found: job.state === 'succeeded' && job.result ? detectionSchema.parse(job.result) : null,
    }),
  })
}

export function useModels() {
  return useAsk(listModelsEndpoint, {}, backendKeys.models, {
    refetchInterval: (query) =>
      query.state.data?.some((model) => model.state === 'fetching') ? CHANGING_REFETCH_MS : false,
  })
}

interface BackendChange {
  /** null = a new one. */
  id: string | null
  kind: string
  label: string
  config: z.input<typeof backendInputSchema>['config']
  /** A typed key; null deletes the stored one, undefined leaves it. */
  key?: string | null
  keyDraft?: string
}

export function useSaveBackend() {
  return useChange(
    ({ id, kind, keyDraft, key, ...input }: BackendChange) =>
      id === null
        ? call(addBackendEndpoint, {
            body: { kind, ...input, ...(key ? { key } : {}), ...(keyDraft ? { keyDraft } : {}) },
          })
        : call(updateBackendEndpoint, {
            params: { backendId: id },
            body: { ...input, ...(key === undefined ? {} : { key }) },
          }),
    backendKeys.list,
  )
}

export function useDuplicateBackend() {
  return useChangeOf(duplicateBackendEndpoint, 'backendId', backendKeys.list)
}

export function useDeleteBackend() {
  return useChangeOf(deleteBackendEndpoint, 'backendId', backendKeys.list)
}

export function useRestoreBackend() {
  return useChangeOf(restoreBackendEndpoint, 'backendId', backendKeys.list)
}

export function useProbeBackend() {
  return useChangeOf(probeBackendEndpoint, 'backendId', backendKeys.list, jobKeys.all)
}

export function useFetchModel() {
  return useChangeOf(fetchModelEndpoint, 'modelId', backendKeys.models, jobKeys.all)
}
