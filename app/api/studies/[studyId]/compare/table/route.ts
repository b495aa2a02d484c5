import { compareTableEndpoint } from '@/lib/api/compare'
import { pairState, sidePairs, type CompareState } from '@/lib/contracts/compare'
import { sideNames } from '@/lib/contracts/compare-names'
import { compareTable, latexTable, markdownTable } from '@/lib/contracts/compare-report'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

const WRITTEN = {
  latex: { write: latexTable, extension: 'tex' },
  markdown: { write: markdownTable, extension: 'md' },
} as const

export const GET = serve(compareTableEndpoint, async ({ ctx, params, query, signal }) => {
  const { state } = query
  const summary = await read(ctx.db, 'compareSummary', [params.studyId, state], signal)
  const intervals = []
  for (const pair of sidePairs(state)) {
    const args: [string, CompareState] = [params.studyId, pairState(state, pair)]
    intervals.push((await read(ctx.db, 'compareIntervals', args, signal)).intervals)
  }
  const table = compareTable(summary, intervals, sideNames(state))
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
