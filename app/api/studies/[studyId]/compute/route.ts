import { z } from 'zod'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { route } from '@/lib/http/route'
import { startRuns } from '@/lib/services/runs/compute'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: computeRequestSchema,
  handler: ({ ctx, params, body }) => startRuns(ctx, params.studyId, body),
})
