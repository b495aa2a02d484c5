import { restoreCellEndpoint } from '@/lib/api/cells'
import { serve } from '@/lib/http/route'
import { restoreCell } from '@/lib/services/cells'

export const POST = serve(restoreCellEndpoint, ({ ctx, params }) =>
  restoreCell(ctx.db, params.studyId, params.cellId),
)
