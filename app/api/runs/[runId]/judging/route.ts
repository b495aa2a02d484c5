import { z } from 'zod'
import { route } from '@/lib/http/route'
import { judgingSummary } from '@/lib/services/agreement/summary'

export const GET = route({
  params: z.object({ runId: z.string() }),
  handler: async ({ ctx, params }) => ({ judging: await judgingSummary(ctx.db, params.runId) }),
})
