import { figureEndpoint } from '@/lib/api/figures'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(figureEndpoint, ({ ctx, params: { studyId, figureId }, query, signal }) =>
  read(ctx.db, 'figure', [studyId, { figureId, ...query }], signal),
)
