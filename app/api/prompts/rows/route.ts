import { z } from 'zod'
import { route } from '@/lib/http/route'
import { previewRows } from '@/lib/services/prompts/trial'

export const GET = route({
  query: z.object({
    studyId: z.string(),
    seed: z.coerce.number().int().default(1),
    count: z.coerce.number().int().min(1).max(10).default(5),
  }),
  handler: ({ ctx, query }) => previewRows(ctx.db, query.studyId, query.count, query.seed),
})
