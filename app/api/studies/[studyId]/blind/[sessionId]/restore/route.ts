import { restoreBlindEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { restoreSession, sessionState } from '@/lib/services/blind'

export const POST = serve(restoreBlindEndpoint, ({ ctx, params }) => {
  restoreSession(ctx.db, params.studyId, params.sessionId)
  return sessionState(ctx.db, params.studyId, params.sessionId)
})
