import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { BackendInfo, BackendKindInfo, ModelInfo, SystemInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import { apiDelete, apiGet, apiPatch, apiPost } from './api'
import { jobKeys } from './use-jobs'

// A probe or a fetch takes seconds to minutes; this shows its end promptly without a busy loop.
const CHANGING_REFETCH_MS = 2_000

const backendKeys = {
  list: ['backends'] as const,
  kinds: ['backend-kinds'] as const,
  models: ['models'] as const,
}

/** `live` polls, for the time that a probe runs. */
export function useBackends(live = false) {
  return useQuery({
    queryKey: backendKeys.list,
    queryFn: ({ signal }) => apiGet<BackendInfo[]>('/backends', {}, signal),
    refetchInterval: live ? CHANGING_REFETCH_MS : false,
  })
}

export function useBackendKinds() {
  return useQuery({
    queryKey: backendKeys.kinds,
    queryFn: ({ signal }) => apiGet<BackendKindInfo[]>('/backends/kinds', {}, signal),
    staleTime: Infinity,
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

export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => apiGet<SystemInfo>('/system', {}, signal),
    // Only the worker's sign of life changes; its lease is longer than this.
    refetchInterval: 15_000,
  })
}

interface BackendInput {
  kind: string
  label: string
  config: Record<string, unknown>
}

export function useSaveBackend() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...input }: BackendInput & { id: string | null }) =>
      id === null
        ? apiPost<BackendInfo>('/backends', input)
        : apiPatch<BackendInfo>(`/backends/${id}`, { label: input.label, config: input.config }),
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
    onSuccess: () => client.invalidateQueries({ queryKey: jobKeys.all }),
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
