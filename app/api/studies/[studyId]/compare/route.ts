import { z } from 'zod'
import { compareQuerySchema } from '@/lib/contracts/compare'
import { route } from '@/lib/http/route'
import { compareIntervals, comparePage, compareSummary } from '@/lib/services/compare'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: compareQuerySchema,
  handler: async ({ ctx, params: { studyId }, query, signal }) => {
    const { state, part, offset, limit } = query
    if (part === 'summary') return compareSummary(ctx.db, studyId, state)
    if (part === 'intervals') return compareIntervals(ctx.db, studyId, state, signal)
    if (part === 'rows') return comparePage(ctx.db, studyId, state, offset, limit)
    return {
      summary: await compareSummary(ctx.db, studyId, state),
      ...(await compareIntervals(ctx.db, studyId, state, signal)),
      page: await comparePage(ctx.db, studyId, state, offset, limit),
    }
  },
})
