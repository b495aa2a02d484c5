import { z } from 'zod'
import { exportRequestSchema } from '@/lib/contracts/export'
import { jsonParameter } from '@/lib/contracts/json-parameter'
import { route } from '@/lib/http/route'
import { openExport } from '@/lib/services/exports'

const query = z.object({
  /** ExportRequest as JSON: a download is a link, so that the browser streams it to disk. */
  request: jsonParameter('request').pipe(exportRequestSchema),
})

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query,
  handler: async ({ ctx, params: { studyId }, query: { request }, signal }) => {
    const { fileName, contentType, body } = await openExport(
      ctx.db,
      { ...request, studyId },
      signal,
    )
    // The name holds a-z, 0-9, "_" and "-" only, so it needs no quoting rules.
    return new Response(body, {
      headers: {
        'content-type': contentType,
        'content-disposition': `attachment; filename="${fileName}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  },
})
