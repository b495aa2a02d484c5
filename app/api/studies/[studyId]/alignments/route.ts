import { z } from 'zod'
import { alignRequestSchema } from '@/lib/contracts/operators'
import { route } from '@/lib/http/route'
import { startAligning } from '@/lib/services/alignments/change'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: alignRequestSchema,
  handler: ({ ctx, params, body }) => ({ jobs: [startAligning(ctx, params.studyId, body)] }),
})
