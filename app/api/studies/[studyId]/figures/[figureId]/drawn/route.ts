import { drawnValuesEndpoint } from '@/lib/api/figures'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(drawnValuesEndpoint, async ({ ctx, params, query, signal }) => {
  const { studyId, figureId } = params
  const drawn = await read(ctx.db, 'drawnValues', [studyId, { figureId, ...query }], signal)
  return csvResponse(drawn, `${figureId}-values`)
})
