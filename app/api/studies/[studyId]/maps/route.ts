import { layOutMapEndpoint, listMapsEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { layOutMap, listMaps } from '@/lib/services/maps'

export const GET = serve(listMapsEndpoint, ({ ctx, params: { studyId } }) =>
  listMaps(ctx.db, studyId),
)

export const POST = serve(layOutMapEndpoint, ({ ctx, params: { studyId }, body }) =>
  layOutMap(ctx.db, studyId, body),
)
