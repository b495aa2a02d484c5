import { redoAnnotationEndpoint } from '@/lib/api/decisions'
import { serve } from '@/lib/http/route'
import { redoAnnotation } from '@/lib/services/rows/annotations'

export const POST = serve(redoAnnotationEndpoint, ({ ctx, params }) =>
  redoAnnotation(ctx.db, params.studyId, params.no),
)
