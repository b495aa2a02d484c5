import { route } from '@/lib/http/route'
import { addBackend, backendInputSchema, listBackends } from '@/lib/services/backends'

export const GET = route({ handler: ({ ctx }) => listBackends(ctx.db) })

export const POST = route({
  body: backendInputSchema,
  handler: ({ ctx, body }) => addBackend(ctx.db, body).backend,
})
