import { blindResultEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(blindResultEndpoint, ({ ctx, params: { studyId, sessionId }, signal }) =>
  read(ctx.db, 'blindResult', [studyId, sessionId], signal),
)
