import { undoVerdictEndpoint } from '@/lib/api/blind'
import { serve } from '@/lib/http/route'
import { undoVerdict } from '@/lib/services/blind'

export const POST = serve(undoVerdictEndpoint, ({ ctx, params }) =>
  undoVerdict(ctx.db, params.studyId, params.sessionId),
)
