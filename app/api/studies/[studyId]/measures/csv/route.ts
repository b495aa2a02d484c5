import { measuresCsvEndpoint } from '@/lib/api/measures'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { listSetRuns, setRunsTable } from '@/lib/services/measures'

export const GET = serve(measuresCsvEndpoint, ({ ctx, params: { studyId } }) =>
  csvResponse(setRunsTable(listSetRuns(ctx.db, studyId)), 'measures'),
)
