import {
  deleteBackendEndpoint,
  getBackendEndpoint,
  updateBackendEndpoint,
} from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { deleteBackend, getBackend, updateBackend } from '@/lib/services/backends'

export const GET = serve(getBackendEndpoint, ({ ctx, params }) =>
  getBackend(ctx.db, params.backendId),
)

export const PATCH = serve(
  updateBackendEndpoint,
  ({ ctx, params, body }) => updateBackend(ctx.db, params.backendId, body).backend,
)

export const DELETE = serve(deleteBackendEndpoint, ({ ctx, params }) =>
  deleteBackend(ctx.db, params.backendId),
)
