import { useQuery } from '@tanstack/react-query'
import type { FigureMeta } from '@/lib/figures/types'
import { apiGet } from './api'
import { studyKeys } from './use-studies'

/** Figures that can be drawn for a study, with their options. */
export function useFigureList(studyId: string | null) {
  return useQuery({
    queryKey: [...studyKeys.one(studyId ?? ''), 'figures'],
    queryFn: ({ signal }) => apiGet<FigureMeta[]>(`/studies/${studyId}/figures`, {}, signal),
    enabled: studyId !== null,
    staleTime: 60_000,
  })
}
