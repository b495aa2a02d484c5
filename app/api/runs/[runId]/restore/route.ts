import { z } from 'zod'
import { route } from '@/lib/http/route'
import { restoreRun } from '@/lib/services/runs'

export const POST = route({
  params: z.object({ runId: z.string() }),
  handler: ({ ctx, params }) => restoreRun(ctx.db, params.runId),
})
