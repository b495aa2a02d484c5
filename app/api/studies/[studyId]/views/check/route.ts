import { checkViewEndpoint } from '@/lib/api/views'
import { serve } from '@/lib/http/route'
import { checkViewFile } from '@/lib/services/studies/view-check'

export const POST = serve(checkViewEndpoint, ({ ctx, params: { studyId }, body }) =>
  checkViewFile(ctx.db, studyId, body.text),
)
