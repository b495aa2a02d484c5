import { mergeEndpoint } from '@/lib/api/backup'
import { serve } from '@/lib/http/route'
import { startMerge } from '@/lib/services/backup'

export const POST = serve(mergeEndpoint, ({ ctx, params, body }) => ({
  job: startMerge(ctx, params.studyId, body),
}))
