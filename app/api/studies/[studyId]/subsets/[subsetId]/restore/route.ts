import { restoreSubsetEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { restoreSubset } from '@/lib/services/subsets'

export const POST = serve(restoreSubsetEndpoint, ({ ctx, params }) =>
  restoreSubset(ctx.db, params.studyId, params.subsetId),
)
