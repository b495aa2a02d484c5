import { columnsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { listColumns } from '@/lib/services/columns'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(columnsEndpoint, ({ ctx, params: { studyId }, query }) => {
  getStudy(ctx.db, studyId)
  return { columns: listColumns(ctx.db, studyId, query) }
})
