import { route } from '@/lib/http/route'
import { detectInputSchema, requestDetection } from '@/lib/services/backends/detect'

export const POST = route({
  body: detectInputSchema,
  handler: ({ ctx, body }) => requestDetection(ctx.db, body),
})
