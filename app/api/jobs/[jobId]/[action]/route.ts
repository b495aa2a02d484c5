import { z } from 'zod'
import { route } from '@/lib/http/route'
import { actOnJob, JOB_ACTIONS } from '@/lib/services/jobs'

export const POST = route({
  params: z.object({ jobId: z.string(), action: z.enum(JOB_ACTIONS) }),
  handler: ({ ctx, params }) => actOnJob(ctx.db, params.jobId, params.action),
})
