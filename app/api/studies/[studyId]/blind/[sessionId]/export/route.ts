import { blindExportEndpoint } from '@/lib/api/blind'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { blindTable } from '@/lib/services/blind/result'
import { read } from '@/lib/services/queries/client'

export const GET = serve(
  blindExportEndpoint,
  async ({ ctx, params: { studyId, sessionId }, query, signal }) => {
    if (query.format === 'csv') {
      return csvResponse(blindTable(ctx.db, studyId, sessionId), 'judgements')
    }
    const found = await read(ctx.db, 'blindExport', [studyId, sessionId], signal)
    return new Response(`${JSON.stringify(found, null, 2)}\n`, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': 'attachment; filename="judgements.json"',
        'cache-control': 'no-store',
      },
    })
  },
)
