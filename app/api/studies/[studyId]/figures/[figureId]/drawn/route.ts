import { stringify } from 'csv-stringify/sync'
import { drawnValuesEndpoint } from '@/lib/api/figures'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(drawnValuesEndpoint, async ({ ctx, params, query, signal }) => {
  const { studyId, figureId } = params
  const request = { figureId, ...query }
  const drawn = await read(ctx.db, 'drawnValues', [studyId, request], signal)
  return new Response(stringify(tableRecords(drawn), TABLE_CSV), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${figureId.replaceAll(/[^a-z0-9-]/g, '')}-values.csv"`,
      'cache-control': 'no-store',
    },
  })
})
