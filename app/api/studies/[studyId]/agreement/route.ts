import { agreementEndpoint } from '@/lib/api/agreement'
import { serve } from '@/lib/http/route'
import { agreement } from '@/lib/services/agreement'

export const GET = serve(agreementEndpoint, ({ ctx, params: { studyId }, query, signal }) =>
  agreement(ctx.db, studyId, query.runs, signal),
)
