import { restoreResponsesEndpoint } from '@/lib/api/responses'
import { serve } from '@/lib/http/route'
import { restoreResponseSet } from '@/lib/services/responses'

export const POST = serve(restoreResponsesEndpoint, ({ ctx, params: { studyId, setKey } }) =>
  restoreResponseSet(ctx.db, studyId, setKey),
)
