import { rowDetailEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { getRowDetail } from '@/lib/services/rows/detail'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(rowDetailEndpoint, ({ ctx, params: { studyId, cellId, idx } }) => {
  getStudy(ctx.db, studyId)
  return getRowDetail(ctx.db, studyId, cellId, idx)
})
