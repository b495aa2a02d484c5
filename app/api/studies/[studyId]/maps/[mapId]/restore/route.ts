import { restoreMapEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { restoreMap } from '@/lib/services/maps'

export const POST = serve(restoreMapEndpoint, ({ ctx, params: { studyId, mapId } }) =>
  restoreMap(ctx.db, studyId, mapId),
)
