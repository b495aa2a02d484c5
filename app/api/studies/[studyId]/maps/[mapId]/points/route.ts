import { mapPointsEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { getMap, mapPlaces } from '@/lib/services/maps'

export const GET = serve(mapPointsEndpoint, ({ ctx, params: { studyId, mapId }, request }) => {
  const etag = `"${getMap(ctx.db, studyId, mapId).stamp}"`
  const headers = {
    'content-type': 'application/octet-stream',
    // Kept by the browser and asked again, since files may be replaced.
    'cache-control': 'private, no-cache',
    etag,
  }
  if (request.headers.get('if-none-match') === etag) {
    return new Response(null, { status: 304, headers })
  }
  const parts = mapPlaces(ctx.db, studyId, mapId).map(({ places }) => places)
  return new Response(new Blob(parts as BlobPart[]).stream(), { headers })
})
