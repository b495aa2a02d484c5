import { deleteStudyEndpoint, studyEndpoint, updateStudyEndpoint } from '@/lib/api/studies'
import { serve } from '@/lib/http/route'
import { warmReader } from '@/lib/services/queries/client'
import { deleteStudy, updateStudy } from '@/lib/services/studies'
import { getStudyDetail } from '@/lib/services/studies/detail'

export const GET = serve(studyEndpoint, ({ ctx, params: { studyId } }) => {
  // Whoever opens a study will look at figures or a comparison next.
  warmReader(ctx.db)
  return getStudyDetail(ctx.db, studyId)
})

export const PATCH = serve(updateStudyEndpoint, ({ ctx, params: { studyId }, body }) =>
  updateStudy(ctx.db, studyId, body),
)

export const DELETE = serve(deleteStudyEndpoint, ({ ctx, params: { studyId } }) =>
  deleteStudy(ctx.db, studyId),
)
