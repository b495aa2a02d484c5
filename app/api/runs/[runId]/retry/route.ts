import { z } from 'zod'
import { route } from '@/lib/http/route'
import { retryRun } from '@/lib/services/runs'

export const POST = route({
  params: z.object({ runId: z.string() }),
  handler: ({ ctx, params }) => ({ job: retryRun(ctx.db, params.runId) }),
})
