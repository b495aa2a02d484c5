import { judgingEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { judgingSummary } from '@/lib/services/agreement/summary'
import { pairSummary } from '@/lib/services/pairs/summary'

export const GET = serve(judgingEndpoint, async ({ ctx, params }) => ({
  judging: await judgingSummary(ctx.db, params.runId),
  pairs: await pairSummary(ctx.db, params.runId),
}))
