import { stageItemsEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { listItems } from '@/lib/services/experiments'

export const GET = serve(stageItemsEndpoint, ({ ctx, params, query }) => {
  const { offset, limit, ...of } = query
  return listItems(ctx.db, params.studyId, params.experimentId, of, { offset, limit })
})
