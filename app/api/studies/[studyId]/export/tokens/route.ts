import { countTokensEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { startTokenCount } from '@/lib/services/exports/file'

export const POST = serve(countTokensEndpoint, ({ ctx, params, body }) => ({
  jobs: [startTokenCount(ctx.db, { ...body, studyId: params.studyId })],
}))
