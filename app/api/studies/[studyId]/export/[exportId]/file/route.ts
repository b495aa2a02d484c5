import { exportFileEndpoint } from '@/lib/api/export'
import { askedStretch, fileResponse } from '@/lib/http/file-response'
import { serve } from '@/lib/http/route'
import { openExportFile } from '@/lib/services/exports/file'

export const GET = serve(exportFileEndpoint, async ({ ctx, params, request }) =>
  fileResponse(await openExportFile(ctx, params, askedStretch(request))),
)
