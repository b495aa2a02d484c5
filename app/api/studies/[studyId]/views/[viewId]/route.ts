import { deleteViewEndpoint, viewFileEndpoint } from '@/lib/api/views'
import { serve } from '@/lib/http/route'
import { deleteView, viewFile } from '@/lib/services/studies/views'

export const GET = serve(viewFileEndpoint, ({ ctx, params }) =>
  viewFile(ctx.db, params.studyId, params.viewId),
)

export const DELETE = serve(deleteViewEndpoint, ({ ctx, params }) =>
  deleteView(ctx.db, params.studyId, params.viewId),
)
