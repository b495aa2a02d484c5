import { z } from 'zod'
import { budgetSchema } from '@/lib/contracts/meter'
import { route } from '@/lib/http/route'
import { actOnJob, JOB_ACTIONS } from '@/lib/services/jobs'

export const POST = route({
  params: z.object({ jobId: z.string(), action: z.enum(JOB_ACTIONS) }),
  body: z.object({ budget: budgetSchema.nullable().optional() }),
  handler: ({ ctx, params, body }) =>
    actOnJob(
      ctx.db,
      params.jobId,
      params.action,
      body.budget === undefined ? {} : { budget: body.budget },
    ),
})
