import { listRowsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(listRowsEndpoint, ({ ctx, params, query, signal }) => {
  const { filter, sort, columns } = query.state
  const { offset, limit } = query
  return read(ctx.db, 'rows', [params.studyId, { filter, sort, columns, offset, limit }], signal)
})
