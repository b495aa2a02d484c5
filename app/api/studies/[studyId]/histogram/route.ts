import { histogramEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(histogramEndpoint, ({ ctx, params, query, signal }) =>
  read(ctx.db, 'histogram', [params.studyId, query.column, query.state.filter], signal),
)
