import { mapColoursEndpoint } from '@/lib/api/maps'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(mapColoursEndpoint, ({ ctx, params: { studyId, mapId }, query, signal }) =>
  read(ctx.db, 'mapColours', [studyId, { mapId, ...query }], signal),
)
