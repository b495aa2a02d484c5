import { z } from 'zod'
import { route } from '@/lib/http/route'
import { restoreCell } from '@/lib/services/cells'

export const POST = route({
  params: z.object({ studyId: z.string(), cellId: z.string() }),
  handler: ({ ctx, params }) => restoreCell(ctx.db, params.studyId, params.cellId),
})
