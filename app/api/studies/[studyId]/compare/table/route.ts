import { compareTableEndpoint } from '@/lib/api/compare'
import { compareTable, latexTable, markdownTable } from '@/lib/contracts/compare-report'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

const WRITTEN = {
  latex: { write: latexTable, extension: 'tex' },
  markdown: { write: markdownTable, extension: 'md' },
} as const

export const GET = serve(compareTableEndpoint, async ({ ctx, params, query, signal }) => {
  const args = [params.studyId, query.state] as [string, typeof query.state]
  const summary = await read(ctx.db, 'compareSummary', args, signal)
  const { intervals } = await read(ctx.db, 'compareIntervals', args, signal)
  const table = compareTable(summary, intervals)
  if (query.format === 'csv') return csvResponse(table, 'comparison')
  const { write, extension } = WRITTEN[query.format]
  return new Response(write(table), {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="comparison.${extension}"`,
      'cache-control': 'no-store',
    },
  })
})
