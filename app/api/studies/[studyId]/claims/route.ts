import { listClaimsEndpoint } from '@/lib/api/claims'
import { serve } from '@/lib/http/route'
import { listClaims } from '@/lib/services/claims'

export const GET = serve(listClaimsEndpoint, ({ ctx, params: { studyId }, query }) =>
  listClaims(ctx.db, studyId, query),
)
