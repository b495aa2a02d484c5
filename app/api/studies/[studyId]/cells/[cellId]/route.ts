import { deleteCellEndpoint } from '@/lib/api/cells'
import { serve } from '@/lib/http/route'
import { deleteCell } from '@/lib/services/cells'

export const DELETE = serve(deleteCellEndpoint, ({ ctx, params }) =>
  deleteCell(ctx.db, params.studyId, params.cellId),
)
