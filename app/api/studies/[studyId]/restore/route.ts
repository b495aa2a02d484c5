import { z } from 'zod'
import { route } from '@/lib/http/route'
import { restoreStudy } from '@/lib/services/studies'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  handler: ({ ctx, params }) => restoreStudy(ctx.db, params.studyId),
})
