import { restoreResultFileEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { restoreResultFile } from '@/lib/services/results'

export const POST = serve(restoreResultFileEndpoint, ({ ctx, params }) =>
  restoreResultFile(ctx.db, params.studyId, params.fileId),
)
