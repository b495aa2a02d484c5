import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { route } from '@/lib/http/route'
import { figureQuery } from '@/lib/services/figures'
import { read } from '@/lib/services/readings-client'

export const GET = route({
  params: z.object({ studyId: z.string(), figureId: z.string() }),
  query: figureQuery,
  async handler({ ctx, params: { studyId, figureId }, query, signal }) {
    const request = { figureId, ...query }
    const { columns, rows } = await read(ctx.db, 'drawnValues', [studyId, request], signal)
    const header = columns.map(({ label, unit }) => (unit ? `${label} (${unit})` : label))
    // A spreadsheet would run a label that begins with one of these; numbers keep their minus sign.
    const safe = (value: unknown) =>
      typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    const body = rows.map((row) => columns.map(({ key }) => safe(row[key] ?? null)))
    return new Response(stringify([header, ...body], { record_delimiter: '\r\n' }), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${figureId.replaceAll(/[^a-z0-9-]/g, '')}-values.csv"`,
        'cache-control': 'no-store',
      },
    })
  },
})
