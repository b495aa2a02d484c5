import { describeEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(describeEndpoint, ({ ctx, params, query, signal }) => {
  const { state, columns } = query
  return read(ctx.db, 'describe', [params.studyId, { filter: state.filter, columns }], signal)
})
