import { listResponsesEndpoint, startResponsesEndpoint } from '@/lib/api/responses'
import { serve } from '@/lib/http/route'
import { listResponseSets } from '@/lib/services/responses'
import { startResponses } from '@/lib/services/responses/start'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(listResponsesEndpoint, ({ ctx, params: { studyId } }) =>
  listResponseSets(ctx.db, getStudy(ctx.db, studyId).id),
)

export const POST = serve(startResponsesEndpoint, ({ ctx, params: { studyId }, body }) => ({
  job: startResponses(ctx, studyId, body),
}))
