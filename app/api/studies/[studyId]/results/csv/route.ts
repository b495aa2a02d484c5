import { resultsCsvEndpoint } from '@/lib/api/results'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { listResults } from '@/lib/services/results'
import { resultsTable } from '@/lib/services/results/table'

export const GET = serve(resultsCsvEndpoint, ({ ctx, params: { studyId } }) =>
  csvResponse(resultsTable(listResults(ctx.db, studyId).results), 'results'),
)
