import { backendHistoryEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { getBackendRow } from '@/lib/services/backends'
import { backendHistory } from '@/lib/services/backends/probes'

export const GET = serve(backendHistoryEndpoint, ({ ctx, params }) =>
  backendHistory(ctx.db, getBackendRow(ctx.db, params.backendId).id),
)
