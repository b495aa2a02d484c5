import { retryStageEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { retryStage } from '@/lib/services/experiments'

export const POST = serve(retryStageEndpoint, ({ ctx, params, body }) =>
  retryStage(ctx.db, params.studyId, params.experimentId, body),
)
