import { probeBackendEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { requestProbe } from '@/lib/services/backends'

export const POST = serve(probeBackendEndpoint, ({ ctx, params }) => ({
  job: requestProbe(ctx.db, params.backendId),
}))
