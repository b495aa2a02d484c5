import { z } from 'zod'
import { route } from '@/lib/http/route'
import { figureQuery } from '@/lib/services/figures'
import { read } from '@/lib/services/queries/client'

export const GET = route({
  params: z.object({ studyId: z.string(), figureId: z.string() }),
  query: figureQuery,
  handler: ({ ctx, params: { studyId, figureId }, query, signal }) =>
    read(ctx.db, 'figure', [studyId, { figureId, ...query }], signal),
})
