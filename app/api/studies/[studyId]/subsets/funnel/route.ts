import { subsetFunnelEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const POST = serve(subsetFunnelEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  read(ctx.db, 'subsetFunnel', [studyId, body.rules], signal),
)
