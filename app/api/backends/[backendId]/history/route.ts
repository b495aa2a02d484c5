import { z } from 'zod'
import { route } from '@/lib/http/route'
import { getBackendRow } from '@/lib/services/backends'
import { backendHistory } from '@/lib/services/backends/probes'

export const GET = route({
  params: z.object({ backendId: z.string() }),
  handler: ({ ctx, params }) => backendHistory(ctx.db, getBackendRow(ctx.db, params.backendId).id),
})
