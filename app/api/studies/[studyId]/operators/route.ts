import { z } from 'zod'
import { route } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  handler: ({ ctx, params, signal }) => read(ctx.db, 'operators', [params.studyId], signal),
})
