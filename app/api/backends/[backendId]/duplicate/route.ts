import { z } from 'zod'
import { route } from '@/lib/http/route'
import { duplicateBackend } from '@/lib/services/backends'

export const POST = route({
  params: z.object({ backendId: z.string() }),
  handler: ({ ctx, params }) => duplicateBackend(ctx.db, params.backendId),
})
