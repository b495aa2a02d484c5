import { z } from 'zod'
import { route } from '@/lib/http/route'
import { deleteCell } from '@/lib/services/cells'

export const DELETE = route({
  params: z.object({ studyId: z.string(), cellId: z.string() }),
  handler: ({ ctx, params }) => deleteCell(ctx.db, params.studyId, params.cellId),
})
