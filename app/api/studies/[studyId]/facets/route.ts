import { facetsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(facetsEndpoint, ({ ctx, params, query, signal }) => {
  const { state, counted, limit } = query
  return read(ctx.db, 'facets', [params.studyId, { ...state, counted, limit }], signal)
})
