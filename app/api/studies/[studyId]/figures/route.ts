import { listFiguresEndpoint } from '@/lib/api/figures'
import { serve } from '@/lib/http/route'
import { listStudyFigures } from '@/lib/services/figures'

export const GET = serve(listFiguresEndpoint, ({ ctx, params: { studyId } }) =>
  listStudyFigures(ctx.db, studyId),
)
