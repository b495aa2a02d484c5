import { computeEndpoint } from '@/lib/api/compute'
import { serve } from '@/lib/http/route'
import { startRuns } from '@/lib/services/runs/compute'

export const POST = serve(computeEndpoint, ({ ctx, params, body }) =>
  startRuns(ctx, params.studyId, body),
)
