import { nearbyRowsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(nearbyRowsEndpoint, ({ ctx, params, signal }) => {
  const { studyId, cellId, idx } = params
  getStudy(ctx.db, studyId)
  return read(ctx.db, 'nearbyRows', [studyId, cellId, idx], signal)
})
