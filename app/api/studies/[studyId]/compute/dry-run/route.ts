import { z } from 'zod'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { route } from '@/lib/http/route'
import { dryRun } from '@/lib/services/runs/compute'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: computeRequestSchema,
  handler: ({ ctx, params, body, signal }) => dryRun(ctx, params.studyId, body, signal),
})
