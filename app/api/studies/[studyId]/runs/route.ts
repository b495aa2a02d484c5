import { listRunsEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { listRuns } from '@/lib/services/runs'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(listRunsEndpoint, ({ ctx, params }) => {
  getStudy(ctx.db, params.studyId)
  return listRuns(ctx.db, params.studyId)
})
