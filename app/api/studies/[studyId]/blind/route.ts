import { listBlindEndpoint, startBlindEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { listSessions, startSession } from '@/lib/services/blind'
import { read } from '@/lib/services/queries/client'

export const GET = serve(listBlindEndpoint, ({ ctx, params: { studyId } }) =>
  listSessions(ctx.db, studyId),
)

export const POST = serve(startBlindEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  startSession(ctx.db, studyId, body, (plan) =>
    read(ctx.db, 'blindPairs', [studyId, plan], signal),
  ),
)
