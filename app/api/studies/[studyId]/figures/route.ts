import { z } from 'zod'
import { route } from '@/lib/http/route'
import { listStudyFigures } from '@/lib/services/figures'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  handler: ({ ctx, params: { studyId } }) => listStudyFigures(ctx.db, studyId),
})
