import { compareResultsEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { compareResults } from '@/lib/services/results/compare'

export const GET = serve(compareResultsEndpoint, ({ ctx, params: { studyId }, query }) =>
  compareResults(ctx.db, studyId, query),
)
