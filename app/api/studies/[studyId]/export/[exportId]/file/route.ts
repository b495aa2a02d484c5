import { exportFileEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { openExportFile } from '@/lib/services/exports/file'

export const GET = serve(exportFileEndpoint, async ({ ctx, params, request }) => {
  const { headers } = request
  const asked = { range: headers.get('range'), ifRange: headers.get('if-range') }
  const file = await openExportFile(ctx, params, asked)
  const { status, contentRange } = file
  return new Response(file.body, {
    status,
    headers: {
      'content-type': file.contentType,
      'content-length': String(file.length),
      ...(contentRange === null ? {} : { 'content-range': contentRange }),
      'accept-ranges': 'bytes',
      etag: file.etag,
      'content-disposition': `attachment; filename="${file.fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
