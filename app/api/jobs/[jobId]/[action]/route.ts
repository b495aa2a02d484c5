import { actOnJobEndpoint } from '@/lib/api/jobs'
import { serve } from '@/lib/http/route'
import { actOnJob } from '@/lib/services/jobs'

export const POST = serve(actOnJobEndpoint, ({ ctx, params: { jobId, action }, body }) =>
  actOnJob(ctx.db, jobId, action, body.budget === undefined ? {} : { budget: body.budget }),
)
