import { checkExportEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const POST = serve(checkExportEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  read(ctx.db, 'exportCheck', [{ ...body, studyId }], signal),
)
