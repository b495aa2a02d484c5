import { z } from 'zod'
import { route } from '@/lib/http/route'
import { figureQuery, getStudyFigure } from '@/lib/services/figures'

export const GET = route({
  params: z.object({ studyId: z.string(), figureId: z.string() }),
  query: figureQuery,
  handler: ({ ctx, params: { studyId, figureId }, query }) =>
    getStudyFigure(ctx.db, studyId, { figureId, ...query }),
})
