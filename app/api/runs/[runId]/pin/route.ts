import { z } from 'zod'
import { route } from '@/lib/http/route'
import { pinRun } from '@/lib/services/runs'

export const POST = route({
  params: z.object({ runId: z.string() }),
  handler: ({ ctx, params }) => pinRun(ctx.db, params.runId),
})
