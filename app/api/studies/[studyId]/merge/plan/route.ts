import { planMergeEndpoint } from '@/lib/api/backup'
import { serve } from '@/lib/http/route'
import { planMerge } from '@/lib/services/backup/merge-plan'

export const POST = serve(planMergeEndpoint, ({ ctx, params, body }) =>
  planMerge(ctx.db, params.studyId, body),
)
