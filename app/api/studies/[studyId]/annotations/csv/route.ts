import { decisionsCsvEndpoint } from '@/lib/api/decisions'
import { csvResponse } from '@/lib/http/csv'
import { serve } from '@/lib/http/route'
import { decisionTable } from '@/lib/services/rows/annotations/log'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(decisionsCsvEndpoint, ({ ctx, params: { studyId }, query }) => {
  getStudy(ctx.db, studyId)
  return csvResponse(decisionTable(ctx.db, studyId, query), 'decisions')
})
