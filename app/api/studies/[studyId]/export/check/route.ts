import { z } from 'zod'
import { exportRequestSchema } from '@/lib/contracts/export'
import { route } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: exportRequestSchema,
  handler: ({ ctx, params: { studyId }, body, signal }) =>
    read(ctx.db, 'exportCheck', [{ ...body, studyId }], signal),
})
