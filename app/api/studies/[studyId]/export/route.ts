import { z } from 'zod'
import { route } from '@/lib/http/route'
import { listExports } from '@/lib/services/exports'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  handler: ({ ctx, params }) => listExports(ctx.db, params.studyId),
})
