import { z } from 'zod'
import { route } from '@/lib/http/route'
import { restoreBackend } from '@/lib/services/backends'

export const POST = route({
  params: z.object({ backendId: z.string() }),
  handler: ({ ctx, params }) => restoreBackend(ctx.db, params.backendId),
})
