import { downloadExportEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { openExport } from '@/lib/services/exports'

export const GET = serve(downloadExportEndpoint, async ({ ctx, params, query, signal }) => {
  const request = { ...query.request, studyId: params.studyId }
  const { fileName, contentType, body } = await openExport(ctx.db, request, signal)
  // The name holds a-z, 0-9, "_" and "-" only, so it needs no quoting rules.
  return new Response(body, {
    headers: {
      'content-type': contentType,
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
