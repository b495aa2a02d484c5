import { importResultsEndpoint, listResultsEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { sharedFiles } from '@/lib/services/files/apart'
import { listResults } from '@/lib/services/results'
import { importResults } from '@/lib/services/results/import'

export const GET = serve(listResultsEndpoint, ({ ctx, params: { studyId } }) =>
  listResults(ctx.db, studyId),
)

export const POST = serve(importResultsEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  importResults(ctx, studyId, body, sharedFiles(), signal),
)
