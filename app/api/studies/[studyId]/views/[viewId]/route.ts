import { z } from 'zod'
import { route } from '@/lib/http/route'
import { deleteView } from '@/lib/services/studies/views'

export const DELETE = route({
  params: z.object({ studyId: z.string(), viewId: z.string() }),
  handler: ({ ctx, params }) => deleteView(ctx.db, params.studyId, params.viewId),
})
