import { z } from 'zod'
import { exportRequestSchema } from '@/lib/contracts/export'
import { route } from '@/lib/http/route'
import { checkExport } from '@/lib/services/exports'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: exportRequestSchema,
  handler: ({ ctx, params: { studyId }, body, signal }) =>
    checkExport(ctx.db, { ...body, studyId }, signal),
})
