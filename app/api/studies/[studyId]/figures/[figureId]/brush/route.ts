import { brushEndpoint } from '@/lib/api/figures'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(brushEndpoint, ({ ctx, params: { studyId, figureId }, query, signal }) =>
  read(ctx.db, 'brushTiles', [studyId, { figureId, ...query }], signal),
)
