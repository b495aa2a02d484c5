import { rowDetailEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { getRowDetail } from '@/lib/services/rows/detail'
import { openHighlights } from '@/lib/services/search/highlights'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(rowDetailEndpoint, ({ ctx, params: { studyId, cellId, idx }, query }) => {
  getStudy(ctx.db, studyId)
  const detail = getRowDetail(ctx.db, studyId, cellId, idx)
  const matchesIn = openHighlights(query.state.filter)
  return matchesIn ? { ...detail, row: { ...detail.row, matches: matchesIn(detail.row) } } : detail
})
