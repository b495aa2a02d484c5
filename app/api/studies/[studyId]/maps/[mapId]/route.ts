import { deleteMapEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { deleteMap } from '@/lib/services/maps'

export const DELETE = serve(deleteMapEndpoint, ({ ctx, params: { studyId, mapId } }) =>
  deleteMap(ctx.db, studyId, mapId),
)
