import { conditionCountsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(conditionCountsEndpoint, ({ ctx, params, query, signal }) =>
  read(ctx.db, 'conditionCounts', [params.studyId, query.state.filter], signal),
)
