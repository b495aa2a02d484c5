import { tryPlanEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { withBackendIds } from '@/lib/services/experiments/plan-file'
import { startTrial } from '@/lib/services/experiments/trial'

export const POST = serve(tryPlanEndpoint, ({ ctx, params: { studyId }, body }) => ({
  job: startTrial(ctx, studyId, { ...body, plan: withBackendIds(ctx.db, body.plan) }),
}))
