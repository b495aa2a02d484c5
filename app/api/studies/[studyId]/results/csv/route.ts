import { resultsCsvEndpoint } from '@/lib/api/results'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { publishedResults } from '@/lib/paper/results'
import { listResults } from '@/lib/services/results'
import { resultsTable } from '@/lib/services/results/table'

export const GET = serve(resultsCsvEndpoint, ({ ctx, params: { studyId }, query: { paper } }) => {
  const { results } = listResults(ctx.db, studyId)
  return csvResponse(resultsTable([...results, ...(paper ? publishedResults() : [])]), 'results')
})
