import { retryRunEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { retryRun } from '@/lib/services/runs'

export const POST = serve(retryRunEndpoint, ({ ctx, params }) => ({
  job: retryRun(ctx.db, params.runId),
}))
