import { duplicateBackendEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { duplicateBackend } from '@/lib/services/backends'

export const POST = serve(duplicateBackendEndpoint, ({ ctx, params }) =>
  duplicateBackend(ctx.db, params.backendId),
)
