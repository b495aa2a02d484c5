import { saveOwnClaimsEndpoint } from '@/lib/api/claims'
import { serve } from '@/lib/http/route'
import { saveOwnClaims } from '@/lib/services/claims/own'

export const POST = serve(saveOwnClaimsEndpoint, ({ ctx, params: { studyId }, body }) =>
  saveOwnClaims(ctx.db, studyId, body.text),
)
