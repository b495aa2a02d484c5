import { listMeasuresEndpoint } from '@/lib/api/measures'
import { serve } from '@/lib/http/route'
import { listSetRuns } from '@/lib/services/measures'

export const GET = serve(listMeasuresEndpoint, ({ ctx, params: { studyId } }) =>
  listSetRuns(ctx.db, studyId),
)
