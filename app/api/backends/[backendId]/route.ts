import { z } from 'zod'
import { route } from '@/lib/http/route'
import {
  backendPatchSchema,
  deleteBackend,
  getBackend,
  updateBackend,
} from '@/lib/services/backends'

const params = z.object({ backendId: z.string() })

export const GET = route({
  params,
  handler: ({ ctx, params: { backendId } }) => getBackend(ctx.db, backendId),
})

export const PATCH = route({
  params,
  body: backendPatchSchema,
  handler: ({ ctx, params: { backendId }, body }) => updateBackend(ctx.db, backendId, body).backend,
})

export const DELETE = route({
  params,
  handler: ({ ctx, params: { backendId } }) => deleteBackend(ctx.db, backendId),
})
