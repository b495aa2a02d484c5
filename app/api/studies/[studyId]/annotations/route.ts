import { annotateEndpoint, listAnnotationsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { annotate, listAnnotations } from '@/lib/services/rows/annotations'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(listAnnotationsEndpoint, ({ ctx, params: { studyId } }) => {
  getStudy(ctx.db, studyId)
  return { entries: listAnnotations(ctx.db, studyId) }
})

export const POST = serve(annotateEndpoint, ({ ctx, params: { studyId }, body }) => {
  getStudy(ctx.db, studyId)
  const nos = annotate(ctx.db, studyId, body)
  // The body names at least one row.
  return { no: nos[0] as number, nos }
})
