import { compareSubsetsEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const POST = serve(compareSubsetsEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  read(ctx.db, 'subsetComparison', [studyId, body], signal),
)
