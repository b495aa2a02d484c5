import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  deleteMapEndpoint,
  layOutMapEndpoint,
  listMapsEndpoint,
  mapColoursEndpoint,
  mapPointsEndpoint,
  restoreMapEndpoint,
} from '@/lib/api/maps'
import type { RowFilter } from '@/lib/contracts/filter'
import type { MapInfo } from '@/lib/contracts/map'
import { unpackBytes } from '@/lib/figures/shared/tiles'
import { callBytes, call } from './api'
import { jobKeys, studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useChangeIn, useSend } from './use-change'

/** The maps of a study, newest first. */
export function useMaps(studyId: string) {
  return useAsk(listMapsEndpoint, { params: { studyId } }, studyKeys.maps(studyId))
}

/** Starts the job that lays a map out. */
export function useLayOutMap(studyId: string) {
  return useSend(layOutMapEndpoint, { studyId }, studyKeys.maps(studyId), jobKeys.all)
}

/** Deletes a map, which can be brought back. */
export function useDeleteMap(studyId: string) {
  return useChangeIn(studyId, deleteMapEndpoint, 'mapId', studyKeys.maps(studyId))
}

export function useRestoreMap(studyId: string) {
  return useChangeIn(studyId, restoreMapEndpoint, 'mapId', studyKeys.maps(studyId))
}

/** The places of all points of a map: x and y one after the other. */
export function useMapPoints(studyId: string, map: MapInfo) {
  return useQuery({
    queryKey: studyKeys.mapPoints(studyId, map.stamp),
    queryFn: async ({ signal }) => {
      const params = { studyId, mapId: map.id }
      return new Float32Array(await callBytes(mapPointsEndpoint, { params, signal }))
    },
    staleTime: Infinity,
  })
}

/** The groups of all points and what each point is in, under a filter. */
export function useMapColours(studyId: string, map: MapInfo, by: string, filter: RowFilter) {
  return useQuery({
    queryKey: studyKeys.mapColours(studyId, map.stamp, by, filter),
    queryFn: async ({ signal }) => {
      const params = { studyId, mapId: map.id }
      const query = { by, filter }
      const colours = await call(mapColoursEndpoint, { params, query, signal })
      return { colours, codes: await unpackBytes(colours.packed) }
    },
    placeholderData: keepPreviousData,
  })
}
