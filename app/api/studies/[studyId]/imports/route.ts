import { z } from 'zod'
import { importRequestSchema } from '@/lib/contracts/study'
import { route } from '@/lib/http/route'
import { startImport } from '@/lib/services/imports'

export const POST = route({
  params: z.object({ studyId: z.string() }),
  body: importRequestSchema,
  handler: async ({ ctx, params, body }) => ({
    jobs: [await startImport(ctx, params.studyId, body.plans)],
  }),
})
