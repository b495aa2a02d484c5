import { deleteResultFileEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { deleteResultFile } from '@/lib/services/results'

export const DELETE = serve(deleteResultFileEndpoint, ({ ctx, params }) =>
  deleteResultFile(ctx.db, params.studyId, params.fileId),
)
