import { annotateEndpoint, listDecisionsEndpoint } from '@/lib/api/decisions'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { annotate, chosenRows, undoSteps } from '@/lib/services/rows/annotations'
import { listDecisions, studyTags } from '@/lib/services/rows/annotations/log'
import { getStudy } from '@/lib/services/studies'

export const GET = serve(listDecisionsEndpoint, ({ ctx: { db }, params: { studyId }, query }) => {
  getStudy(db, studyId)
  const { offset, limit, ...wanted } = query
  return {
    ...listDecisions(db, studyId, wanted, { offset, limit }),
    tags: studyTags(db, studyId),
    ...undoSteps(db, studyId),
  }
})

export const POST = serve(annotateEndpoint, async ({ ctx: { db }, params, body, signal }) => {
  const { studyId } = params
  getStudy(db, studyId)
  const rows =
    'filter' in body
      ? await read(db, 'decisionRows', [studyId, body.filter], signal)
      : chosenRows(db, studyId, body.rows)
  return annotate(db, studyId, rows, body)
})
