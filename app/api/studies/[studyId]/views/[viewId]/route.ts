import { deleteViewEndpoint } from '@/lib/api/views'
import { serve } from '@/lib/http/route'
import { deleteView } from '@/lib/services/studies/views'

export const DELETE = serve(deleteViewEndpoint, ({ ctx, params }) =>
  deleteView(ctx.db, params.studyId, params.viewId),
)
