import { z } from 'zod'
import { evolveRequestSchema } from '@/lib/contracts/compute'
import { route } from '@/lib/http/route'
import { startEvolving } from '@/lib/services/evolve'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: evolveRequestSchema,
  handler: ({ ctx, params, body }) => ({ job: startEvolving(ctx, params.studyId, body) }),
})
