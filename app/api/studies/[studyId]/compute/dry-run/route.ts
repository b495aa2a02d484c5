import { dryRunEndpoint } from '@/lib/api/compute'
import { serve } from '@/lib/http/route'
import { dryRun } from '@/lib/services/runs/compute'

export const POST = serve(dryRunEndpoint, ({ ctx, params, body, signal }) =>
  dryRun(ctx, params.studyId, body, signal),
)
