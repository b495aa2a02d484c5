import { z } from 'zod'
import { route } from '@/lib/http/route'
import { requestProbe } from '@/lib/services/backends'

export const POST = route({
  params: z.object({ backendId: z.string() }),
  handler: ({ ctx, params }) => ({ job: requestProbe(ctx.db, params.backendId) }),
})
