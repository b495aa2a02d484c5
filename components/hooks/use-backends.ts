import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  BackendHistory,
  BackendInfo,
  ConnectInfo,
  DetectionInfo,
} from '@/lib/contracts/backends'
import type { ModelInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { apiDelete, apiGet, apiPatch, apiPost } from './api'
import { isActive, jobKeys } from './use-jobs'

// A fetch takes seconds to minutes; this shows its end promptly without a busy loop.
const CHANGING_REFETCH_MS = 2_000
// Steps of a probe come several a second; a table that fills twice a second can be followed.
const PROBING_REFETCH_MS = 500
// Somebody waits in front of a form for an answer that takes a few hundred milliseconds.
const DETECTING_REFETCH_MS = 250

const backendKeys = {
  list: ['backends'] as const,
  connect: ['connect-info'] as const,
  models: ['models'] as const,
  history: (id: string) => ['backend-history', id] as const,
}

/** Polls while a probe waits or runs, `live` also before the first answer shows one. */
export function useBackends(live = false) {
  return useQuery({
    queryKey: backendKeys.list,
    queryFn: ({ signal }) => apiGet<BackendInfo[]>('/backends', {}, signal),
    refetchInterval: (query) =>
      live || query.state.data?.some((backend) => backend.probing !== null)
        ? PROBING_REFETCH_MS
        : false,
  })
}

/** Kinds of backends with their settings, and whether keys can be stored. */
export function useConnectInfo() {
  return useQuery({
    queryKey: backendKeys.connect,
    queryFn: ({ signal }) => apiGet<ConnectInfo>('/backends/kinds', {}, signal),
    staleTime: Infinity,
  })
}

/** Models found behind a backend and its latest probes; `probedAt` makes a new probe read it afresh. */
export function useBackendHistory(id: string, probedAt: number | null, enabled: boolean) {
  return useQuery({
    queryKey: [...backendKeys.history(id), probedAt],
    queryFn: ({ signal }) => apiGet<BackendHistory>(`/backends/${id}/history`, {}, signal),
    enabled,
  })
}

interface DetectRequest {
  url: string
  keyEnv: string | null
  key?: string
  keyDraft?: string
  caFile: string | null
  allowPlainHttp: boolean
}

/** Starts a look at an address; the answer comes through `useDetection`. */
export function useDetect() {
  return useMutation({
    mutationFn: (request: DetectRequest) =>
      apiPost<{ job: Job; keyDraft: string | null }>('/backends/detect', request),
    // The variables hold a typed key; nothing of them stays once the request is over.
    gcTime: 0,
  })
}

/** The look's job, polled to its end. */
export function useDetection(jobId: string | null) {
  return useQuery({
    queryKey: jobKeys.one(jobId ?? ''),
    queryFn: ({ signal }) => apiGet<{ job: Job }>(`/jobs/${jobId}`, {}, signal),
    enabled: jobId !== null,
    refetchInterval: (query) =>
      query.state.data && !isActive(query.state.data.job) ? false : DETECTING_REFETCH_MS,
    select: ({ job }) => ({
      job,
      found: job.state === 'succeeded' ? (job.result as DetectionInfo | null) : null,
    }),
  })
}

export function useModels() {
  return useQuery({
    queryKey: backendKeys.models,
    queryFn: ({ signal }) => apiGet<ModelInfo[]>('/models', {}, signal),
    refetchInterval: (query) =>
      query.state.data?.some((model) => model.state === 'fetching') ? CHANGING_REFETCH_MS : false,
  })
}

interface BackendInput {
  /** null = a new one. */
  id: string | null
  kind: string
  label: string
  config: Record<string, unknown>
  /** A typed key; null deletes the stored one, undefined leaves it. */
  key?: string | null
  keyDraft?: string
}

export function useSaveBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, kind, keyDraft, ...input }: BackendInput) =>
      id === null
        ? apiPost<BackendInfo>('/backends', { kind, ...input, ...(keyDraft ? { keyDraft } : {}) })
        : apiPatch<BackendInfo>(`/backends/${id}`, input),
    onSuccess: () => client.invalidateQueries({ queryKey: backendKeys.list }),
    // The variables may hold a typed key.
    gcTime: 0,
  })
}

export function useDuplicateBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => apiPost<BackendInfo>(`/backends/${id}/duplicate`),
    onSuccess: () => client.invalidateQueries({ queryKey: backendKeys.list }),
  })
}

export function useDeleteBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => apiDelete<unknown>(`/backends/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: backendKeys.list }),
  })
}

export function useRestoreBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => apiPost<unknown>(`/backends/${id}/restore`),
    onSuccess: () => client.invalidateQueries({ queryKey: backendKeys.list }),
  })
}

export function useProbeBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => apiPost<{ job: Job }>(`/backends/${id}/probe`),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: backendKeys.list }),
        client.invalidateQueries({ queryKey: jobKeys.all }),
      ]),
  })
}

export function useFetchModel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => apiPost<{ job: Job }>(`/models/${id}/fetch`),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: backendKeys.models }),
        client.invalidateQueries({ queryKey: jobKeys.all }),
      ]),
  })
}
