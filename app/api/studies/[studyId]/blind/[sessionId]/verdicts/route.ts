import { giveVerdictEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { giveVerdict } from '@/lib/services/blind'

export const POST = serve(giveVerdictEndpoint, ({ ctx, params, body }) =>
  giveVerdict(ctx.db, params.studyId, params.sessionId, body),
)
