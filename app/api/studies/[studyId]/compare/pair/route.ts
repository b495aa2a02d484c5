import { comparePairEndpoint } from '@/lib/api/compare'
import { serve } from '@/lib/http/route'
import { comparePairTexts } from '@/lib/services/compare'

export const GET = serve(comparePairEndpoint, ({ ctx, params, query }) =>
  comparePairTexts(ctx.db, params.studyId, query.state, query),
)
