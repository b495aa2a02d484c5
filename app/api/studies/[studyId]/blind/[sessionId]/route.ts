import { blindStateEndpoint, deleteBlindEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { deleteSession, sessionState } from '@/lib/services/blind'

export const GET = serve(blindStateEndpoint, ({ ctx, params }) =>
  sessionState(ctx.db, params.studyId, params.sessionId),
)

export const DELETE = serve(deleteBlindEndpoint, ({ ctx, params }) =>
  deleteSession(ctx.db, params.studyId, params.sessionId),
)
