import { lineageEndpoint } from '@/lib/api/lineage'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(lineageEndpoint, ({ ctx, params, query, signal }) => {
  const { state, ...part } = query
  return read(ctx.db, 'lineage', [params.studyId, { ...state, ...part }], signal)
})
