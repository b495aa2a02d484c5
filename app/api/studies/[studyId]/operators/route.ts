import { operatorsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(operatorsEndpoint, ({ ctx, params, signal }) =>
  read(ctx.db, 'operators', [params.studyId], signal),
)
