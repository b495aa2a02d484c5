import { endBlindEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { endSession } from '@/lib/services/blind'

export const POST = serve(endBlindEndpoint, ({ ctx, params }) =>
  endSession(ctx.db, params.studyId, params.sessionId),
)
