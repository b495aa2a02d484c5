import { z } from 'zod'
import { comparePairQuerySchema } from '@/lib/contracts/compare'
import { route } from '@/lib/http/route'
import { comparePairTexts } from '@/lib/services/compare'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: comparePairQuerySchema,
  handler: ({ ctx, params, query }) => comparePairTexts(ctx.db, params.studyId, query.state, query),
})
