import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { route } from '@/lib/http/route'
import { createStudy, listStudies } from '@/lib/services/studies'

export const GET = route({
  query: z.object({ deleted: z.enum(['true', 'false']).default('false') }),
  handler: ({ ctx, query }) => listStudies(ctx.db, { deleted: query.deleted === 'true' }),
})

export const POST = route({
  body: z.object({
    name: z.string(),
    description: z.string().max(LIMITS.description).default(''),
  }),
  handler: ({ ctx, body }) => createStudy(ctx.db, body),
})
