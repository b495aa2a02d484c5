import { z } from 'zod'
import { route } from '@/lib/http/route'
import { alignmentFacts } from '@/lib/services/alignments/change'

export const GET = route({
  params: z.object({ studyId: z.string(), cellId: z.string() }),
  handler: ({ ctx, params }) => alignmentFacts(ctx.db, params.studyId, params.cellId),
})
