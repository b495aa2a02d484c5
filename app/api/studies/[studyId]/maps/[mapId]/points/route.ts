import { mapPointsEndpoint } from '@/lib/api/maps'
import { bytesResponse } from '@/lib/http/bytes'
import { serve } from '@/lib/http/route'
import { getMap, mapPlaces } from '@/lib/services/maps'

export const GET = serve(mapPointsEndpoint, ({ ctx, params: { studyId, mapId }, request }) => {
  const { stamp } = getMap(ctx.db, studyId, mapId)
  const parts = mapPlaces(ctx.db, studyId, mapId).map(({ places }) => Buffer.from(places.buffer))
  return bytesResponse(request, Buffer.concat(parts), stamp)
})
