import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { route } from '@/lib/http/route'
import { figureQuery } from '@/lib/services/figures'
import { read } from '@/lib/services/queries/client'

export const GET = route({
  params: z.object({ studyId: z.string(), figureId: z.string() }),
  query: figureQuery,
  async handler({ ctx, params: { studyId, figureId }, query, signal }) {
    const request = { figureId, ...query }
    const drawn = await read(ctx.db, 'drawnValues', [studyId, request], signal)
    return new Response(stringify(tableRecords(drawn), TABLE_CSV), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${figureId.replaceAll(/[^a-z0-9-]/g, '')}-values.csv"`,
        'cache-control': 'no-store',
      },
    })
  },
})
