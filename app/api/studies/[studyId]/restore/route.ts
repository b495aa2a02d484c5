import { restoreStudyEndpoint } from '@/lib/api/studies'
import { serve } from '@/lib/http/route'
import { restoreStudy } from '@/lib/services/studies'

export const POST = serve(restoreStudyEndpoint, ({ ctx, params: { studyId } }) =>
  restoreStudy(ctx.db, studyId),
)
