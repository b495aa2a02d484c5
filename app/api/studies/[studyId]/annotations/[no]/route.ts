import { z } from 'zod'
import { route } from '@/lib/http/route'
import { undoAnnotation } from '@/lib/services/rows/annotations'

export const DELETE = route({
  params: z.object({ studyId: z.string(), no: z.coerce.number().int() }),
  handler: ({ ctx, params }) => undoAnnotation(ctx.db, params.studyId, params.no),
})
