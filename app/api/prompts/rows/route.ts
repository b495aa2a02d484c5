import { promptRowsEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { previewRows } from '@/lib/services/prompts/trial'

export const GET = serve(promptRowsEndpoint, ({ ctx, query }) =>
  previewRows(ctx.db, query.studyId, query.count, query.seed),
)
