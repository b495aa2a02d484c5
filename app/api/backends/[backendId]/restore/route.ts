import { restoreBackendEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { restoreBackend } from '@/lib/services/backends'

export const POST = serve(restoreBackendEndpoint, ({ ctx, params }) =>
  restoreBackend(ctx.db, params.backendId),
)
