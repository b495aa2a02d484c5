import { checkClaimsEndpoint } from '@/lib/api/claims'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(
  checkClaimsEndpoint,
  ({ ctx, params, query: { claim, ...choice }, signal }) =>
    read(ctx.db, 'claims', [params.studyId, choice, claim === undefined ? null : [claim]], signal),
)
