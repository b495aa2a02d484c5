import { similarityEndpoint } from '@/lib/api/cells'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(similarityEndpoint, ({ ctx, params, query, signal }) =>
  read(ctx.db, 'similarity', [params.studyId, params.cellId, query], signal),
)
