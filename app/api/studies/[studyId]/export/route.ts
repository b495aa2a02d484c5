import { listExportsEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { listExports } from '@/lib/services/exports'

export const GET = serve(listExportsEndpoint, ({ ctx, params }) =>
  listExports(ctx.db, params.studyId),
)
