import { z } from 'zod'
import { route } from '@/lib/http/route'
import { getJobDetail } from '@/lib/services/jobs'

export const GET = route({
  params: z.object({ jobId: z.string() }),
  handler: ({ ctx, params }) => getJobDetail(ctx.db, params.jobId),
})
