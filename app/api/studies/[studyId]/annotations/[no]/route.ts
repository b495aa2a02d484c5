import { undoAnnotationEndpoint } from '@/lib/api/decisions'
import { serve } from '@/lib/http/route'
import { undoAnnotation } from '@/lib/services/rows/annotations'

export const DELETE = serve(undoAnnotationEndpoint, ({ ctx, params }) =>
  undoAnnotation(ctx.db, params.studyId, params.no),
)
